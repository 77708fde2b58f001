// Prelude: four neighbouring weights of a row, stored as signed bytes. Before the first of a row stands the f32 that byte / 127 is
// multiplied by. Not for convolutions, which know no rows of this kind.
alias Weight4 = u32;

const SCALES = 1u; // Weight4s before the weights of a row

fn unpack4(packed: Weight4) -> vec4f {
  return unpack4x8snorm(packed);
}

// Of the row that begins with this.
fn row_scale(first: Weight4) -> f32 {
  return bitcast<f32>(first);
}
