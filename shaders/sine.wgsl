// Shared: sine by its polynomial, right to about the last bit. The built-in one may be off by 2^-11.

/// sin(pi r) for r in -0.5..0.5
fn sine_of_half_turn(r: f32) -> f32 {
  let t = r * r;
  let inner = fma(t, fma(t, -0.00702838626, 0.0820504017), -0.599252198);
  return r * fma(t, fma(t, fma(t, inner, 2.55016332), -5.16771276), 3.14159265);
}
