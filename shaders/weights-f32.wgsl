// Prelude: four neighbouring weights of a row, stored as f32.
alias Weight4 = vec4f;

fn unpack4(packed: Weight4) -> vec4f {
  return packed;
}
