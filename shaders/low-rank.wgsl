// The low-rank change a voice's adapter (LoRA) makes to a product: B (A x). Included after columns; the kernel gives
// `adapted_input`. An adapter's ranks are filled up with zeros to a multiple of 8.

const MOST_RANK = 16u;

override INPUT4: u32; // length of x / 4
override RANK: u32 = 16; // allocated per adapter
override ADAPTER4: u32 = 0; // vec4 of one slot's adapter

@group(0) @binding(1) var<storage, read> adapters: array<vec4f>;

var<workgroup> low: array<f32, COLUMNS * MOST_RANK>; // A x
var<workgroup> low_sums: array<f32, ROWS * LANES_PADDED>;

// Makes `low` of a tile; a4: where A [RANK, INPUT4] begins in a slot's adapter.
fn find_low(first_column: u32, thread: u32, a4: u32) {
  for (var c = 0u; c < COLUMNS; c++) {
    let column = columns[first_column + c];
    let rank = select(column.rank, 0u, column.slot == NO_SLOT);
    for (var r = 0u; r < rank; r += ROWS) {
      let row4 = column.slot * ADAPTER4 + a4 + (r + thread / LANES) * INPUT4;
      var sum = 0.0;
      for (var k = thread % LANES; k < INPUT4; k += LANES) {
        sum += dot(adapters[row4 + k], adapted_input(first_column + c, k));
      }
      low_sums[thread / LANES * LANES_PADDED + thread % LANES] = sum;
      workgroupBarrier();
      if (thread < ROWS) {
        var whole = 0.0;
        for (var lane = 0u; lane < LANES; lane++) {
          whole += low_sums[thread * LANES_PADDED + lane];
        }
        low[c * MOST_RANK + r + thread] = whole;
      }
      workgroupBarrier();
    }
  }
}

// One number of B (A x); b4: where B [rows, RANK / 4] begins in a slot's adapter.
fn low_rank_change(column: Column, c: u32, row: u32, b4: u32) -> f32 {
  let row4 = column.slot * ADAPTER4 + b4 + row * (RANK / 4u);
  var sum = 0.0;
  for (var r = 0u; r < column.rank; r += 4u) {
    let at = c * MOST_RANK + r;
    sum += dot(adapters[row4 + r / 4u], vec4f(low[at], low[at + 1u], low[at + 2u], low[at + 3u]));
  }
  return sum;
}
