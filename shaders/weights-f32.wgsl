// Prelude: four neighbouring weights of a row, stored as f32.
alias Weight4 = vec4f;

const SCALES = 0u; // Weight4s before the weights of a row

fn unpack4(packed: Weight4) -> vec4f {
  return packed;
}

fn row_scale(first: Weight4) -> f32 {
  return 1.0;
}
