// Snake without aliasing (BigVGAN): doubles the rate, applies SnakeBeta, low-passes and halves the rate again, all in one
// pass over a tile of one voice. It sees `taps / 2 - 1` places to either side, so its result is that much later than its
// source; at the start and the end of a sentence the first and last place are repeated.

struct Sizes {
  channels: u32,
  rate: u32, // places in a latent
  taps: u32, // of the low-pass, even, at most MOST_TAPS
  delay: u32, // places by which the result is behind the window
  source_ring: u32,
  result_ring: u32,
}

@group(0) @binding(1) var<uniform> sizes: Sizes;
@group(0) @binding(2) var<storage, read> vectors: array<f32>; // low-pass [taps]; half turns a unit [channels]; gain [channels]
@group(0) @binding(3) var<storage, read> source: array<f32>; // rows of `channels` in a ring
@group(0) @binding(4) var<storage, read_write> result: array<f32>; // rows of `channels` in a ring

const PLACES = 32u; // of a tile
const CHANNELS = 8u; // of a tile
const THREADS = 64u;
const MOST_TAPS = 32u;

var<workgroup> near: array<f32, 496>; // [PLACES + MOST_TAPS - 2, CHANNELS]: the source round the tile
var<workgroup> fine: array<f32, 752>; // [2 * PLACES + MOST_TAPS - 2, CHANNELS]: at twice the rate, through Snake

fn snake(x: f32, channel: u32) -> f32 {
  let half_turns = x * vectors[sizes.taps + channel];
  let sine = sine_of_half_turn(half_turns - round(half_turns));
  return fma(sine * sine, vectors[sizes.taps + sizes.channels + channel], x);
}

/// Place n of twice the rate; `first` is the time of the first row of `near`.
fn doubled(n: i32, first: i32, end: i32, lane: u32) -> f32 {
  let taps = i32(sizes.taps);
  var sum = 0.0;
  let shift = n + taps / 2 - 1;
  for (var time = (shift - taps) / 2; time <= shift / 2 + 1; time++) {
    let tap = shift - 2 * time;
    if (tap >= 0 && tap < taps) {
      let row = clamp(clamp(time, 0, end - 1) - first, 0, i32(PLACES + sizes.taps) - 3);
      sum = fma(near[u32(row) * CHANNELS + lane], vectors[tap], sum);
    }
  }
  return 2.0 * sum;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let voice = window.voice[group.z];
  let length = i32(window.latents * sizes.rate);
  let side = i32(sizes.taps / 2u);
  let end = i32((voice.last + 1u) * sizes.rate);
  let tile_time = i32(voice.first * sizes.rate + group.x * PLACES) - i32(sizes.delay);
  let first = tile_time - side + 1;
  let first_fine = 2 * tile_time - side + 1;
  let first_channel = group.y * CHANNELS;
  for (var i = lane; i < (PLACES + sizes.taps - 2u) * CHANNELS; i += THREADS) {
    let time = u32(clamp(first + i32(i / CHANNELS), 0, end - 1));
    let channel = min(first_channel + i % CHANNELS, sizes.channels - 1u);
    near[i] = source[(voice.slot * sizes.source_ring + time % sizes.source_ring) * sizes.channels + channel];
  }
  workgroupBarrier();
  for (var i = lane; i < (2u * PLACES + sizes.taps - 2u) * CHANNELS; i += THREADS) {
    let n = clamp(first_fine + i32(i / CHANNELS), 0, 2 * end - 1);
    let channel = min(first_channel + i % CHANNELS, sizes.channels - 1u);
    fine[i] = snake(doubled(n, first, end, i % CHANNELS), channel);
  }
  workgroupBarrier();
  for (var i = lane; i < PLACES * CHANNELS; i += THREADS) {
    let place = i / CHANNELS;
    let time = tile_time + i32(place);
    let channel = first_channel + i % CHANNELS;
    if (time < 0 || i32(group.x * PLACES + place) >= length || channel >= sizes.channels) {
      continue;
    }
    var sum = 0.0;
    for (var tap = 0u; tap < sizes.taps; tap++) {
      sum = fma(fine[(2u * place + tap) * CHANNELS + i % CHANNELS], vectors[tap], sum);
    }
    result[(voice.slot * sizes.result_ring + u32(time) % sizes.result_ring) * sizes.channels + channel] = sum;
  }
}
