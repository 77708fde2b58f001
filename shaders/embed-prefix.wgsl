// Begins a sentence: one column for the speaker (its row of x is made by linear), one for every symbol, and idle ones that
// fill the last tile.
//   table [VOCABULARY, DIM4 * 4]   symbols [slots, CAPACITY]   x [columns, DIM4 * 4]
// Workgroups: (DIM4 / 64, columns). Includes: column, slots.

override DIM4: u32;
override CAPACITY: u32;
override SPEAKERS: u32; // columns before the symbols: 1, or 0 for a model without speaker
override CAUSAL: bool;

@group(0) @binding(0) var<uniform> opened: vec4u; // slot
@group(0) @binding(1) var<storage, read> slots: array<Slot>;
@group(0) @binding(2) var<storage, read> table: array<Weight4>;
@group(0) @binding(3) var<storage, read> symbols: array<u32>;
@group(0) @binding(4) var<storage, read_write> x: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> columns: array<Column>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let slot = opened.x;
  let d = id.x;
  let count = SPEAKERS + slots[slot].symbols;
  if (d == 0u) {
    let span = select(count, id.y + 1u, CAUSAL);
    columns[id.y] = Column(select(slot, NO_SLOT, id.y >= count), id.y, span, slots[slot].rank);
  }
  if (d < DIM4 && id.y >= SPEAKERS && id.y < count) {
    let symbol = symbols[slot * CAPACITY + id.y - SPEAKERS];
    let first = symbol * (SCALES + DIM4);
    x[id.y * DIM4 + d] = unpack4(table[first + SCALES + d]) * row_scale(table[first]);
  }
}
