// Shared by the matrix kernels of the language model, after column. A workgroup makes 8 rows of the result for a tile of
// COLUMNS columns (given at compilation), so that weights are read once for all of them; 8 lanes share the work of a row.

const ROWS = 8u;
const LANES = 8u;
const LANES_PADDED = LANES + 1u; // keeps the lanes of neighbouring rows in different banks

// Uniform, so that a whole workgroup may leave when it has nothing to do.
@group(0) @binding(0) var<uniform> columns: array<Column, MOST_COLUMNS>;

var<workgroup> lane_sums: array<f32, COLUMNS * ROWS * LANES_PADDED>;

fn is_idle(first_column: u32) -> bool {
  var busy = 0u;
  for (var c = 0u; c < COLUMNS; c++) {
    busy += u32(columns[first_column + c].slot != NO_SLOT);
  }
  return busy == 0u;
}

fn keep_lane_sum(column: u32, thread: u32, sum: f32) {
  lane_sums[(column * ROWS + thread / LANES) * LANES_PADDED + thread % LANES] = sum;
}

// After a barrier.
fn row_sum(column: u32, row: u32) -> f32 {
  let first = (column * ROWS + row) * LANES_PADDED;
  var sum = 0.0;
  for (var lane = 0u; lane < LANES; lane++) {
    sum += lane_sums[first + lane];
  }
  return sum;
}
