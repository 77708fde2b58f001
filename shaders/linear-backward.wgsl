// The gradient with respect to x through y = W x + B A x, for a tile of columns: W^T y_gradient + A^T low_gradient.
//   weights [output, input4 * 4]   y_gradient [columns, output rounded up to 4], zeros beyond `output`
//   adapters: A [low, input4 * 4], of one projection or of several that read the same x
//   low_gradient [columns, low]   x_gradient [columns, input4 * 4]
// A workgroup makes 8 vec4 of the result for COLUMNS columns (given at compilation, a multiple of 8); 8 lanes share the rows.
// Workgroups: (input4 / 8, tiles).

const VECTORS = 8u;
const LANES = 8u;
const THREADS = VECTORS * LANES;
const PART = 8u; // columns that are summed up at a time, one vec4 a thread

struct Sizes {
  input4: u32,
  output: u32,
  low: u32, // rows of A; a multiple of 4
  a4: u32, // where A begins
  add: u32, // 1: to what x_gradient holds
}

@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> weights: array<Weight4>;
@group(0) @binding(2) var<storage, read> y_gradient: array<vec4f>;
@group(0) @binding(3) var<storage, read> adapters: array<vec4f>;
@group(0) @binding(4) var<storage, read> low_gradient: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> x_gradient: array<vec4f>;

var<workgroup> lane_sums: array<vec4f, PART * THREADS>;

fn weights_at(row: u32, k: u32) -> vec4f {
  let first = min(row, sizes.output - 1u) * (SCALES + sizes.input4);
  return unpack4(weights[first + SCALES + k]) * row_scale(weights[first]);
}

fn four_rows(row: u32, k: u32) -> mat4x4f {
  return mat4x4f(weights_at(row, k), weights_at(row + 1u, k), weights_at(row + 2u, k), weights_at(row + 3u, k));
}

fn four_rows_of_adapter(row: u32, k: u32) -> mat4x4f {
  let input4 = sizes.input4;
  let at = sizes.a4 + row * input4 + k;
  return mat4x4f(adapters[at], adapters[at + input4], adapters[at + 2u * input4], adapters[at + 3u * input4]);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let first_column = group.y * COLUMNS;
  let k = min(group.x * VECTORS + thread % VECTORS, sizes.input4 - 1u);
  let lane = thread / VECTORS;
  let output4 = (sizes.output + 3u) / 4u;
  var sums: array<vec4f, COLUMNS>;
  for (var row4 = lane; row4 < output4; row4 += LANES) {
    let rows = four_rows(4u * row4, k);
    for (var c = 0u; c < COLUMNS; c++) {
      sums[c] += rows * y_gradient[(first_column + c) * output4 + row4];
    }
  }
  let low4 = sizes.low / 4u;
  for (var row4 = lane; row4 < low4; row4 += LANES) {
    let rows = four_rows_of_adapter(4u * row4, k);
    for (var c = 0u; c < COLUMNS; c++) {
      sums[c] += rows * low_gradient[(first_column + c) * low4 + row4];
    }
  }
  for (var part = 0u; part < COLUMNS; part += PART) {
    for (var c = 0u; c < PART; c++) {
      lane_sums[c * THREADS + thread] = sums[part + c];
    }
    workgroupBarrier();
    let own_k = group.x * VECTORS + thread % VECTORS;
    var sum = vec4f(0);
    for (var other = 0u; other < LANES; other++) {
      sum += lane_sums[thread / VECTORS * THREADS + other * VECTORS + thread % VECTORS];
    }
    if (own_k < sizes.input4) {
      let at = (first_column + part + thread / VECTORS) * sizes.input4 + own_k;
      if (sizes.add != 0u) {
        sum += x_gradient[at];
      }
      x_gradient[at] = sum;
    }
    workgroupBarrier();
  }
}
