// Harmonic source of the decoder's head: a sum of all harmonics of the pitch, one frame (hop) a workgroup. The pitch runs
// linearly from the frame before. Phases at frame borders are whole steps of 2^-17 cycles, so that they are exact and any
// chunking gives the same sound. Pitch and phase after each frame stay in a ring, from where the next window goes on.

@group(0) @binding(1) var<storage, read> features: array<f32>; // [frames, width], the last one the log pitch
@group(0) @binding(2) var<storage, read> pitches: array<f32>; // [frames], added to it
@group(0) @binding(3) var<storage, read_write> carried: array<vec2u>; // [slots, ring]: pitch (Hz, bits of an f32), phase (steps)
@group(0) @binding(4) var<storage, read_write> result: array<f32>; // [slots, ring, hop]

override width: u32;
override hop: u32;
override rate: u32; // frames in a latent
override ring: u32;
override sample_rate: f32;

const LOG_MIDDLE_PITCH = 4.8675344504556;
const LOG_LOWEST_PITCH = 3.9120230054281;
const LOG_HIGHEST_PITCH = 6.2146080984222;
const TOP_HARMONIC_HZ = 7800.0;
const PHASE_STEPS = 131072u;
const MOST_FRAMES = 64u; // of a voice in a window

var<workgroup> hertz: array<f32, MOST_FRAMES>;
var<workgroup> steps_before: atomic<u32>;

/// e^x for 0 <= x < 80, right to about the last bit: an error would shift the phase frame by frame.
fn exponential(x: f32) -> f32 {
  let n = round(x * 1.44269504);
  let r = fma(n, -1.42860677e-6, fma(n, -0.693145752, x)) * 1.44269504;
  let inner = fma(r, fma(r, fma(r, 0.00015469732, 0.00133334506), 0.0096180256), 0.0555041094);
  return ldexp(fma(r, fma(r, fma(r, inner, 0.240226512), 0.693147181), 1.0), i32(n));
}

fn pitch(frame: u32) -> f32 {
  let log_pitch = LOG_MIDDLE_PITCH + (features[frame * width + width - 1u] + pitches[frame]);
  return exponential(clamp(log_pitch, LOG_LOWEST_PITCH, LOG_HIGHEST_PITCH));
}

/// Steps of phase in a frame whose pitch runs between these.
fn steps(before: f32, after: f32) -> u32 {
  return u32(floor((before + after) * (f32(PHASE_STEPS) * f32(hop) / (2.0 * sample_rate)))) % PHASE_STEPS;
}

/// sin(pi a b): the product is reduced before it is rounded.
fn sine_of_product(a: f32, b: f32) -> f32 {
  let n = round(a * b);
  let value = sine_of_half_turn(fma(a, b, -n));
  return select(value, -value, (i32(n) & 1) == 1);
}

/// All `count` harmonics at a phase of -0.5..0.5 cycles, of unit power.
fn harmonics(phase: f32, count: f32) -> f32 {
  let half = sine_of_half_turn(phase);
  let is_peak = abs(half) < 1e-5;
  let sum = sine_of_product(2.0 * count + 1.0, phase) / (2.0 * select(half, 1.0, is_peak)) - 0.5;
  return select(sum, count, is_peak) * sqrt(2.0 / count);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let voice = window.voice[voice_of(group.x, rate)];
  let first_time = voice.first * rate;
  let time = time_of(group.x, rate);
  let frame = time - first_time;
  if (lane == 0u) {
    atomicStore(&steps_before, 0u);
  }
  if (lane <= frame) {
    hertz[lane] = pitch(group.x - frame + lane);
  }
  workgroupBarrier();
  let is_start = first_time == 0u;
  let last = carried[voice.slot * ring + (first_time + ring - 1u) % ring];
  let first_hertz = select(bitcast<f32>(last.x), hertz[0], is_start);
  if (lane < frame) {
    atomicAdd(&steps_before, steps(select(hertz[max(lane, 1u) - 1u], first_hertz, lane == 0u), hertz[lane]));
  }
  workgroupBarrier();
  let before = select(hertz[max(frame, 1u) - 1u], first_hertz, frame == 0u);
  let after = hertz[frame];
  let start = (select(last.y, 0u, is_start) + atomicLoad(&steps_before)) % PHASE_STEPS;
  let row = voice.slot * ring + time % ring;
  if (lane == 0u) {
    carried[row] = vec2u(bitcast<u32>(after), (start + steps(before, after)) % PHASE_STEPS);
  }
  let slope = (after - before) / f32(2u * hop);
  let count = floor(TOP_HARMONIC_HZ / after);
  for (var i = lane; i < hop; i += 64u) {
    let n = f32(i + 1u);
    let phase = f32(start) / f32(PHASE_STEPS) + (before * n + slope * n * n) / sample_rate;
    result[row * hop + i] = harmonics(phase - round(phase), count);
  }
}
