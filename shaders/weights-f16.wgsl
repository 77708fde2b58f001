// Prelude: four neighbouring weights of a row, stored as f16. Where the device has the feature shader-f16, weights-f16-native stands in.
alias Weight4 = vec2u;

const SCALES = 0u; // Weight4s before the weights of a row

fn unpack4(packed: Weight4) -> vec4f {
  return vec4f(unpack2x16float(packed.x), unpack2x16float(packed.y));
}

fn row_scale(first: Weight4) -> f32 {
  return 1.0;
}
