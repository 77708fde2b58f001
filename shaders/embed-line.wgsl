// Begins a line: what goes into the first layer. A symbol's column is its row of the table, a frame's column is made of the
// latent before it (zeros at first), the age of the pointer and the symbols round it. The speaker's is made by linear.
//   table [VOCABULARY, DIM4 * 4]   projection [DIM4 * 4, LATENT4 * 4]   bias [DIM4 * 4]
//   embeddings [..., DIM4 * 4]   latents [frames, LATENT4 * 4]   x [columns, DIM4 * 4]
//   rows [columns, max(ROWS, 1)]: of a symbol the row of the table, of a frame the rows of the embeddings
// Workgroups: (DIM4 / 64, columns). Includes: line, frame-embedding.

override DIM4: u32;
override LATENT4: u32;
override SPEAKERS: u32; // columns before the symbols
override ROWS: u32; // of the embeddings in a frame; 0: the model has no pointer

@group(0) @binding(0) var<uniform> line: Line;
@group(0) @binding(1) var<storage, read> table: array<Weight4>;
@group(0) @binding(2) var<storage, read> projection: array<Weight4>;
@group(0) @binding(3) var<storage, read> bias: array<vec4f>;
@group(0) @binding(4) var<storage, read> embeddings: array<Weight4>;
@group(0) @binding(5) var<storage, read> rows: array<u32>;
@group(0) @binding(6) var<storage, read> latents: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> x: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let d = id.x;
  let column = id.y;
  if (d >= DIM4 || column < SPEAKERS) {
    return;
  }
  let first_row = column * max(ROWS, 1u);
  if (column < line.prefix) {
    let first = rows[first_row] * (SCALES + DIM4);
    x[column * DIM4 + d] = unpack4(table[first + SCALES + d]) * row_scale(table[first]);
    return;
  }
  var sum = bias[d];
  let frame = column - line.prefix;
  if (frame > 0u) {
    for (var part = 0u; part < 4u; part++) {
      sum[part] += projected_row(4u * d + part, (frame - 1u) * LATENT4);
    }
  }
  for (var row = 0u; row < ROWS; row++) {
    sum += embedding(rows[first_row + row], d);
  }
  x[column * DIM4 + d] = sum;
}
