// Scaled sum of two rings: result = (a + b) * scale. One number a thread.

struct Sizes {
  channels: u32,
  rate: u32, // places in a latent
  delay: u32, // places by which sources and result are behind the window
  ring: u32, // rows of a slot, of sources and result
  scale: f32,
}

@group(0) @binding(1) var<uniform> sizes: Sizes;
@group(0) @binding(2) var<storage, read> a: array<f32>;
@group(0) @binding(3) var<storage, read> b: array<f32>;
@group(0) @binding(4) var<storage, read_write> result: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let place = id.y;
  let channel = id.x;
  let time = i32(time_of(place, sizes.rate)) - i32(sizes.delay);
  let row = row_at(rows_of(voice_of(place, sizes.rate), sizes.ring, sizes.rate), sizes.ring, time);
  if (channel < sizes.channels && row >= 0) {
    let at = u32(row) * sizes.channels + channel;
    result[at] = (a[at] + b[at]) * sizes.scale;
  }
}
