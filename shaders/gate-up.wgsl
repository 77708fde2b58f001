// The first half of a feed-forward block (SwiGLU) for a tile of columns: RMS norm, silu(gate x) * (up x).
//   x [columns, INPUT4 * 4]   gate, up [OUTPUT, INPUT4 * 4]   y [columns, OUTPUT]
// Workgroups: (OUTPUT / 8, tiles). Includes: column, columns.

override INPUT4: u32;
override OUTPUT: u32;
override EPSILON: f32;

@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> norm: array<vec4f>;
@group(0) @binding(3) var<storage, read> gate: array<Weight4>;
@group(0) @binding(4) var<storage, read> up: array<Weight4>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;

var<workgroup> square_sums: array<f32, COLUMNS * LANES>;

fn inverse_rms(c: u32) -> f32 {
  var sum = 0.0;
  for (var lane = 0u; lane < LANES; lane++) {
    sum += square_sums[c * LANES + lane];
  }
  return inverseSqrt(sum / f32(4u * INPUT4) + EPSILON);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let first_column = group.y * COLUMNS;
  if (is_idle(first_column)) {
    return;
  }
  let row = min(group.x * ROWS + thread / LANES, OUTPUT - 1u);
  var gate_sums: array<f32, COLUMNS>;
  var up_sums: array<f32, COLUMNS>;
  var squares: array<f32, COLUMNS>;
  for (var k = thread % LANES; k < INPUT4; k += LANES) {
    let gate_weight = unpack4(gate[row * INPUT4 + k]) * norm[k];
    let up_weight = unpack4(up[row * INPUT4 + k]) * norm[k];
    for (var c = 0u; c < COLUMNS; c++) {
      let input = x[(first_column + c) * INPUT4 + k];
      gate_sums[c] += dot(gate_weight, input);
      up_sums[c] += dot(up_weight, input);
      squares[c] += dot(input, input);
    }
  }
  for (var c = 0u; c < COLUMNS; c++) {
    keep_lane_sum(c, thread, gate_sums[c]);
    if (thread < LANES) {
      square_sums[c * LANES + thread] = squares[c];
    }
  }
  workgroupBarrier();
  // At most two items a thread, since a tile has at most 16 columns.
  var gates: array<f32, 2>;
  for (var turn = 0u; turn < 2u; turn++) {
    let item = thread + turn * ROWS * LANES;
    if (item < ROWS * COLUMNS) {
      gates[turn] = row_sum(item / ROWS, item % ROWS);
    }
  }
  workgroupBarrier();
  for (var c = 0u; c < COLUMNS; c++) {
    keep_lane_sum(c, thread, up_sums[c]);
  }
  workgroupBarrier();
  for (var turn = 0u; turn < 2u; turn++) {
    let item = thread + turn * ROWS * LANES;
    let c = item / ROWS;
    let own_row = group.x * ROWS + item % ROWS;
    if (c < COLUMNS && own_row < OUTPUT && columns[first_column + c].slot != NO_SLOT) {
      let scale = inverse_rms(c);
      let gated = gates[turn] * scale;
      y[(first_column + c) * OUTPUT + own_row] = gated / (1 + exp(-gated)) * row_sum(c, item % ROWS) * scale;
    }
  }
}
