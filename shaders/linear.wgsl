// y = W x of a tile of columns, with what the constants switch on: RMS norm of x, the low-rank change of the voice's
// adapter, bias, SiLU, addition to what y holds.
//   x [columns, INPUT4 * 4]   weights [OUTPUT, INPUT4 * 4]   norm [INPUT4 * 4]   bias [OUTPUT]   y [columns, OUTPUT]
// Workgroups: (OUTPUT / 8, tiles). Includes: column, columns, low-rank.

override OUTPUT: u32;
override NORM: bool = false;
override EPSILON: f32 = 0;
override ADAPTED_ROWS: u32 = 0; // the adapter changes the first rows
override A4: u32 = 0;
override B4: u32 = 0;
override BIAS: bool = false;
override SILU: bool = false;
override RESIDUAL: bool = false;

@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> weights: array<Weight4>;
@group(0) @binding(4) var<storage, read> norm: array<vec4f>;
@group(0) @binding(5) var<storage, read> bias: array<f32>;
@group(0) @binding(6) var<storage, read_write> y: array<f32>;

var<workgroup> square_sums: array<f32, COLUMNS * LANES>;

fn norm_weight(k: u32) -> vec4f {
  if (NORM) {
    return norm[k];
  }
  return vec4f(1);
}

fn adapted_input(column: u32, k: u32) -> vec4f {
  return x[column * INPUT4 + k] * norm_weight(k);
}

fn inverse_rms(c: u32) -> f32 {
  if (!NORM) {
    return 1;
  }
  var sum = 0.0;
  for (var lane = 0u; lane < LANES; lane++) {
    sum += square_sums[c * LANES + lane];
  }
  return inverseSqrt(sum / f32(4u * INPUT4) + EPSILON);
}

fn write(group_row: u32, row: u32, c: u32, index: u32) {
  let column = columns[index];
  if (column.slot == NO_SLOT || row >= OUTPUT) {
    return;
  }
  var sum = row_sum(c, group_row);
  if (row < ADAPTED_ROWS) {
    sum += low_rank_change(column, c, row, B4);
  }
  sum *= inverse_rms(c);
  if (BIAS) {
    sum += bias[row];
  }
  if (SILU) {
    sum /= 1 + exp(-sum);
  }
  if (RESIDUAL) {
    sum += y[index * OUTPUT + row];
  }
  y[index * OUTPUT + row] = sum;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let first_column = group.y * COLUMNS;
  if (is_idle(first_column)) {
    return;
  }
  let row = min(group.x * ROWS + thread / LANES, OUTPUT - 1u);
  let first = row * (SCALES + INPUT4);
  let scale = row_scale(weights[first]);
  var sums: array<f32, COLUMNS>;
  var squares: array<f32, COLUMNS>;
  for (var k = thread % LANES; k < INPUT4; k += LANES) {
    let weight = unpack4(weights[first + SCALES + k]) * norm_weight(k);
    for (var c = 0u; c < COLUMNS; c++) {
      let input = x[(first_column + c) * INPUT4 + k];
      sums[c] += dot(weight, input);
      if (NORM) {
        squares[c] += dot(input, input);
      }
    }
  }
  for (var c = 0u; c < COLUMNS; c++) {
    keep_lane_sum(c, thread, sums[c] * scale);
    if (NORM && thread < LANES) {
      square_sums[c * LANES + thread] = squares[c];
    }
  }
  if (group.x * ROWS < ADAPTED_ROWS) {
    find_low(first_column, thread, A4);
  }
  workgroupBarrier();
  for (var item = thread; item < ROWS * COLUMNS; item += ROWS * LANES) {
    let c = item / ROWS;
    write(item % ROWS, group.x * ROWS + item % ROWS, c, first_column + c);
  }
}
