// Begins a step: one column for every voice, made of the latent of the frame before (zeros at first), the age of the
// pointer and the symbols round it. An ended voice gets an idle column.
//   latents [slots, CAPACITY, LATENT4 * 4]   projection [DIM4 * 4, LATENT4 * 4]   bias [DIM4 * 4]
//   embeddings [AGES + WINDOW * VOCABULARY, DIM4 * 4]   symbols [slots, CAPACITY]   x [columns, DIM4 * 4]
// Workgroups: (DIM4 / 64, columns). Includes: column, slots, frame-embedding.

const MOST_VOICES4 = 16u;

override DIM4: u32;
override LATENT4: u32;
override CAPACITY: u32;
override AGES: u32; // 0: the model has no pointer
override WINDOW: u32;
override WINDOW_BEFORE: u32;
override VOCABULARY: u32;

@group(0) @binding(0) var<uniform> voices: array<vec4u, MOST_VOICES4>; // slots of the columns
@group(0) @binding(1) var<storage, read> slots: array<Slot>;
@group(0) @binding(2) var<storage, read> latents: array<vec4f>;
@group(0) @binding(3) var<storage, read> projection: array<Weight4>;
@group(0) @binding(4) var<storage, read> bias: array<vec4f>;
@group(0) @binding(5) var<storage, read> embeddings: array<Weight4>;
@group(0) @binding(6) var<storage, read> symbols: array<u32>;
@group(0) @binding(7) var<storage, read_write> x: array<vec4f>;
@group(0) @binding(8) var<storage, read_write> columns: array<Column>;

// 0, the id of <pad>, beyond the ends.
fn symbol_in_window(slot: u32, place: u32) -> u32 {
  let index = slots[slot].pointer + place;
  if (index < WINDOW_BEFORE || index - WINDOW_BEFORE >= slots[slot].symbols) {
    return 0;
  }
  return symbols[slot * CAPACITY + index - WINDOW_BEFORE];
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let slot = voices[id.y / 4u][id.y % 4u];
  let d = id.x;
  if (slot == NO_SLOT || slots[slot].ended != 0u) {
    if (d == 0u) {
      columns[id.y].slot = NO_SLOT;
    }
    return;
  }
  let position = slots[slot].position;
  if (d == 0u) {
    columns[id.y] = Column(slot, position, position + 1u, slots[slot].rank);
  }
  if (d >= DIM4) {
    return;
  }
  var sum = bias[d];
  let frames = slots[slot].frames;
  if (frames > 0u) {
    let latent = (slot * CAPACITY + frames - 1u) * LATENT4;
    for (var part = 0u; part < 4u; part++) {
      sum[part] += projected_row(4u * d + part, latent);
    }
  }
  if (AGES > 0u) {
    sum += embedding(min(slots[slot].age, AGES - 1u), d);
    for (var place = 0u; place < WINDOW; place++) {
      sum += embedding(AGES + place * VOCABULARY + symbol_in_window(slot, place), d);
    }
  }
  x[id.y * DIM4 + d] = sum;
}
