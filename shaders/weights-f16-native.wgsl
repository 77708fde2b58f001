// Prelude: as weights-f16, read as numbers of their own by devices with the feature shader-f16. Sums stay f32.
alias Weight4 = vec4<f16>;

const SCALES = 0u; // Weight4s before the weights of a row

fn unpack4(packed: Weight4) -> vec4f {
  return vec4f(packed);
}

fn row_scale(first: Weight4) -> f32 {
  return 1.0;
}
