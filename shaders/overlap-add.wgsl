// Adds the overlapping frames of the decoder's head: one sample a thread. Frames before time 0 count as zeros.

@group(0) @binding(1) var<storage, read> frames: array<f32>; // [slots, ring, size]
@group(0) @binding(2) var<storage, read_write> samples: array<f32>; // [slots, most_latents, rate * hop]

override size: u32;
override hop: u32;
override rate: u32; // frames in a latent
override ring: u32;
override most_latents: u32;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let place = id.x / hop;
  if (place >= place_count(rate)) {
    return;
  }
  let voice = window.voice[voice_of(place, rate)];
  let time = time_of(place, rate);
  let row = voice.row + time / rate - voice.first;
  let i = id.x % hop;
  var sum = 0.0;
  for (var back = 0u; back <= min(time, size / hop - 1u); back++) {
    sum += frames[(voice.slot * ring + (time - back) % ring) * size + back * hop + i];
  }
  if (row < most_latents) {
    samples[((voice.slot * most_latents + row) * rate + time % rate) * hop + i] = sum;
  }
}
