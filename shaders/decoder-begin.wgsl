// Begins a window of the decoder: moves every voice on by the window's latents and takes those, denormalised, into the
// ring that the first convolution reads. One workgroup a voice. Includes: window-layout.

@group(0) @binding(0) var<storage, read_write> window: Window;
@group(0) @binding(1) var<storage, read> latents: array<f32>; // [slots, most_frames, dim], normalised
@group(0) @binding(2) var<storage, read> statistics: array<f32>; // mean [dim], deviation [dim]
@group(0) @binding(3) var<storage, read_write> result: array<f32>; // [slots, ring, dim]

override dim: u32;
override most_frames: u32;
override ring: u32;
override holds_last: bool = true; // after the last latent; else zeros follow

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let count = window.latents;
  let voice = window.voice[group.x];
  let first = min(voice.first + count, voice.end);
  storageBarrier(); // all have read the voice before it is moved
  if (lane == 0u) {
    window.voice[group.x].first = first;
    window.voice[group.x].row = voice.row + count;
  }
  for (var i = lane; i < count * dim; i += 64u) {
    let frame = first + i / dim;
    let held = min(min(frame, voice.last), most_frames - 1u);
    let value = latents[(voice.slot * most_frames + held) * dim + i % dim];
    let at = (voice.slot * ring + frame % ring) * dim + i % dim;
    let is_there = holds_last || frame <= voice.last;
    result[at] = select(0.0, fma(value, statistics[dim + i % dim], statistics[i % dim]), is_there);
  }
}
