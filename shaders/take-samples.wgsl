// Takes the samples of a window out of the ring they were made in. The sound is `delay` samples late, a whole number of
// latents; before its start there are zeros.

struct Sizes {
  rate: u32, // samples in a latent
  delay: u32,
  ring: u32,
  channels: u32, // of a row, the first one the sound
  most_latents: u32,
}

@group(0) @binding(1) var<uniform> sizes: Sizes;
@group(0) @binding(2) var<storage, read> source: array<f32>; // [slots, ring, channels]
@group(0) @binding(3) var<storage, read_write> samples: array<f32>; // [slots, most_latents, rate]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= place_count(sizes.rate)) {
    return;
  }
  let voice = window.voice[voice_of(id.x, sizes.rate)];
  let time = time_of(id.x, sizes.rate);
  let latent = voice.row + time / sizes.rate - voice.first;
  if (latent < sizes.most_latents) {
    let before = i32(time) - i32(sizes.delay);
    let value = source[(voice.slot * sizes.ring + u32(max(before, 0)) % sizes.ring) * sizes.channels];
    samples[(voice.slot * sizes.most_latents + latent) * sizes.rate + time % sizes.rate] = select(0.0, value, before >= 0);
  }
}
