// Shared: counter-based noise, the numbers of runtime/voice/gaussian.ts up to rounding. Sine, cosine and logarithm are
// polynomials here, because the built-in ones may be off by 2^-11.

// Source: Jarzynski and Olano, "Hash Functions for GPU Rendering", JCGT 9(3), 2020.
fn pcg4d(words: vec4u) -> vec4u {
  return stir_words(xor_high(stir_words(words * 1664525u + 1013904223u)));
}

fn xor_high(v: vec4u) -> vec4u {
  return v ^ (v >> vec4u(16));
}

fn stir_words(words: vec4u) -> vec4u {
  var v = words;
  v.x += v.y * v.w;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  v.w += v.y * v.z;
  return v;
}

const STEP = 2.3283064365386963e-10; // 2^-32

// ln of the word's place between 0 and 1: (word + 0.5) / 2^32.
fn log_of_word(word: u32) -> f32 {
  if (word < 0x80000000u) {
    return log((f32(word) + 0.5) * STEP);
  }
  let rest = (f32(~word) + 0.5) * STEP; // exact near 1, where the logarithm is small: ln(1 - rest) = -2 artanh(s)
  let s = rest / (2 - rest);
  let t = s * s;
  let series = 1 + t * (1.0 / 3 + t * (1.0 / 5 + t * (1.0 / 7 + t * (1.0 / 9 + t * (1.0 / 11 + t * (1.0 / 13))))));
  return -2 * s * series;
}

// Cosine and sine of the word's part of a whole turn.
fn direction_of_word(word: u32) -> vec2f {
  let quarter = (word + 0x20000000u) >> 30u;
  let a = (f32(bitcast<i32>(word - (quarter << 30u))) + 0.5) * (STEP * 6.283185307179586); // -pi / 4 .. pi / 4
  let t = a * a;
  let sine = a * (1 - t * (1.0 / 6 - t * (1.0 / 120 - t * (1.0 / 5040 - t * (1.0 / 362880)))));
  let cosine = 1 - t * (1.0 / 2 - t * (1.0 / 24 - t * (1.0 / 720 - t * (1.0 / 40320 - t * (1.0 / 3628800)))));
  switch (quarter) {
    case 0u: { return vec2f(cosine, sine); }
    case 1u: { return vec2f(-sine, cosine); }
    case 2u: { return vec2f(-cosine, -sine); }
    default: { return vec2f(sine, -cosine); }
  }
}

// N(0, 1) values 4 * counter .. 4 * counter + 3 of a seed's stream.
fn four_gaussians(seed_low: u32, seed_high: u32, stream: u32, counter: u32) -> vec4f {
  let words = pcg4d(vec4u(seed_low, seed_high, stream, counter));
  return vec4f(
    sqrt(-2 * log_of_word(words.x)) * direction_of_word(words.y),
    sqrt(-2 * log_of_word(words.z)) * direction_of_word(words.w),
  );
}
