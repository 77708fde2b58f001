// Magnitudes of a one-sided spectrum, or their logarithm. Rows of the result are filled up with zeros.

struct Sizes {
  bins: u32,
  width: u32, // of a result row
  is_log: u32,
}

@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> spectrum: array<f32>; // [frames, 2 * bins]: real parts, then imaginary parts
@group(0) @binding(2) var<storage, read_write> result: array<f32>; // [frames, width]

const LOG_FLOOR = 1e-3;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let frame = id.y;
  let bin = id.x;
  if (bin >= sizes.width) {
    return;
  }
  var value = 0.0;
  if (bin < sizes.bins) {
    let at = frame * 2u * sizes.bins + bin;
    value = length(vec2f(spectrum[at], spectrum[at + sizes.bins]));
    value = select(value, log(value + LOG_FLOOR), sizes.is_log == 1u);
  }
  result[frame * sizes.width + bin] = value;
}
