// The gradient with respect to the conditioning c through column 0 = W2 silu(W1 c + b) + b2.
//   c [INPUT4 * 4]   first: W1 [DIM4 * 4, INPUT4 * 4]   second: W2 [DIM4 * 4, DIM4 * 4]   bias: b [DIM4 * 4]
//   x_gradient [DIM4 * 4], of column 0   c_gradient [INPUT4 * 4]
// Given at compilation: INPUT4, DIM4. Workgroups: 1.

const THREADS = 128u;

@group(0) @binding(0) var<storage, read> c: array<vec4f>;
@group(0) @binding(1) var<storage, read> first: array<Weight4>;
@group(0) @binding(2) var<storage, read> second: array<Weight4>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read> x_gradient: array<f32>;
@group(0) @binding(5) var<storage, read_write> c_gradient: array<vec4f>;

var<workgroup> sum_gradient: array<vec4f, DIM4>; // of W1 c + b

fn first_at(row: u32, k: u32) -> vec4f {
  let begin = row * (SCALES + INPUT4);
  return unpack4(first[begin + SCALES + k]) * row_scale(first[begin]);
}

fn second_at(row: u32, k: u32) -> vec4f {
  let begin = row * (SCALES + DIM4);
  return unpack4(second[begin + SCALES + k]) * row_scale(second[begin]);
}

fn sum_of_row(row: u32) -> f32 {
  var sum = bias[row];
  for (var k = 0u; k < INPUT4; k++) {
    sum += dot(first_at(row, k), c[k]);
  }
  return sum;
}

fn silu_slope(x: vec4f) -> vec4f {
  let open = 1 / (1 + exp(-x));
  return open * (1 + x * (1 - open));
}

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32) {
  for (var k = thread; k < DIM4; k += THREADS) {
    var gradient = vec4f(0);
    for (var row = 0u; row < 4u * DIM4; row++) {
      gradient += second_at(row, k) * x_gradient[row];
    }
    let sums = vec4f(sum_of_row(4u * k), sum_of_row(4u * k + 1u), sum_of_row(4u * k + 2u), sum_of_row(4u * k + 3u));
    sum_gradient[k] = gradient * silu_slope(sums);
  }
  workgroupBarrier();
  for (var k = thread; k < INPUT4; k += THREADS) {
    var gradient = vec4f(0);
    for (var row4 = 0u; row4 < DIM4; row4++) {
      let rows = mat4x4f(
        first_at(4u * row4, k),
        first_at(4u * row4 + 1u, k),
        first_at(4u * row4 + 2u, k),
        first_at(4u * row4 + 3u, k),
      );
      gradient += rows * sum_gradient[row4];
    }
    c_gradient[k] = gradient;
  }
}
