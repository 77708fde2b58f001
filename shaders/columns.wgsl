// Shared by the matrix kernels of the language model. A column is one position of one voice. A workgroup makes 8 rows
// of the result for a tile of columns, so that weights are read once for all of them; 8 lanes share the work of a row.

struct Column {
  slot: u32, // of the voice; NO_SLOT: nothing to do
  position: u32, // where its keys and values go
  span: u32, // it attends to the positions 0 .. span - 1
  rank: u32, // of its voice's adapter; 0: none
}

const NO_SLOT = 0xffffffffu;
const ROWS = 8u;
const LANES = 8u;
const MOST_COLUMNS = 16u;
const LANES_PADDED = LANES + 1u; // keeps the lanes of neighbouring rows in different banks

override COLUMNS: u32; // of a tile

@group(0) @binding(0) var<storage, read> columns: array<Column>;

var<workgroup> lane_sums: array<f32, MOST_COLUMNS * ROWS * LANES_PADDED>;
var<workgroup> busy_columns: u32;

fn is_idle(first_column: u32, thread: u32) -> bool {
  if (thread == 0u) {
    busy_columns = 0u;
    for (var c = 0u; c < COLUMNS; c++) {
      busy_columns += u32(columns[first_column + c].slot != NO_SLOT);
    }
  }
  return workgroupUniformLoad(&busy_columns) == 0u;
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
