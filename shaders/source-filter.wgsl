// Filters the harmonic and the noise source of one frame a workgroup: cuts both, windowed, multiplies their spectra by the
// two gains, and goes back to time. One complex Fourier transform carries both sources, as real and imaginary part. Breath
// moves gain from the harmonics to the noise, less of it at low frequencies: all of it makes a whisper.

@group(0) @binding(1) var<storage, read> tables: array<f32>; // [4, size]: analysis and synthesis window, cosine, sine of a turn
@group(0) @binding(2) var<storage, read> noise: array<f32>; // [noise_hops, hop], repeated
@group(0) @binding(3) var<storage, read> harmonic: array<f32>; // [slots, ring, hop]
@group(0) @binding(4) var<storage, read> features: array<f32>; // [frames, 2 * bins + 1]: log gains of harmonics, of noise; pitch
@group(0) @binding(5) var<storage, read_write> result: array<f32>; // [slots, ring, size]: windowed, to be overlapped

override size: u32; // of the transform, at most LARGEST
override hop: u32;
override noise_hops: u32;
override rate: u32; // frames in a latent
override ring: u32;
override breath_corner: f32; // bins below which breath is weaker than voice

const LARGEST = 1024u;
const THREADS = 128u;
const LARGEST_LOG_GAIN = 6.0;

var<workgroup> values: array<vec2f, 2048>; // two halves of LARGEST: a pass reads one and writes the other

fn multiply(a: vec2f, b: vec2f) -> vec2f {
  return vec2f(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
}

/// e^(-2 pi i k / size)
fn turn(k: u32) -> vec2f {
  return vec2f(tables[2u * size + k], -tables[3u * size + k]);
}

/// A divisor of n: 4, or its smallest prime.
fn radix_of(n: u32) -> u32 {
  if (n % 4u == 0u) {
    return 4u;
  }
  var radix = 2u;
  while (n % radix > 0u) {
    radix++;
  }
  return radix;
}

/// Fourier transform of the first half of `values` (Stockham: every pass sorts). Returns where the result starts.
fn transform(lane: u32) -> u32 {
  var start = 0u;
  var done = 1u; // product of the radices so far
  while (done < size) {
    let radix = radix_of(size / done);
    let stride = size / radix;
    let block = done * radix;
    workgroupBarrier();
    for (var i = lane; i < size; i += THREADS) {
      let first = i / block * done + i % done;
      let step = i % block * (size / block);
      var sum = values[start + first];
      for (var q = 1u; q < radix; q++) {
        sum += multiply(values[start + first + q * stride], turn(q * step % size));
      }
      values[LARGEST - start + i] = sum;
    }
    start = LARGEST - start;
    done = block;
  }
  workgroupBarrier();
  return start;
}

/// Sample i of the frame at a time: (harmonic, noise), zeros before time 0.
fn sample(slot: u32, time: u32, i: u32) -> vec2f {
  let hop_time = time + i / hop + 1u;
  let parts = size / hop;
  if (hop_time < parts) {
    return vec2f();
  }
  let at = hop_time - parts;
  return vec2f(harmonic[(slot * ring + at % ring) * hop + i % hop], noise[at % noise_hops * hop + i % hop]);
}

fn gain(at: u32) -> f32 {
  return exp(min(features[at], LARGEST_LOG_GAIN));
}

@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let voice = voice_of(group.x, rate);
  let slot = window.voice[voice].slot;
  let breath = window.voice[voice].breath;
  let time = time_of(group.x, rate);
  for (var i = lane; i < size; i += THREADS) {
    values[i] = sample(slot, time, i) * tables[i];
  }
  let start = transform(lane);
  let bins = size / 2u + 1u;
  let row = group.x * (2u * bins + 1u);
  let spare = LARGEST - start;
  for (var bin = lane; bin < size; bin += THREADS) {
    var filtered_bin = vec2f();
    if (bin < bins) {
      let a = values[start + bin];
      let b = values[start + (size - bin) % size];
      let twice_harmonic = vec2f(a.x + b.x, a.y - b.y);
      let twice_noise = vec2f(a.y + b.y, b.x - a.x);
      let voiced = gain(row + bin);
      let breathed = breath * f32(bin) / length(vec2f(f32(bin), breath_corner));
      let sum = twice_harmonic * (voiced * (1.0 - breath)) + twice_noise * (gain(row + bins + bin) + voiced * breathed);
      let weight = select(1.0, 0.5, bin == 0u || bin == bins - 1u) / f32(size);
      filtered_bin = vec2f(sum.x, -sum.y) * weight; // conjugate: the transform goes back, its real part is the sound
    }
    values[spare + bin] = filtered_bin;
  }
  workgroupBarrier();
  if (spare > 0u) {
    for (var i = lane; i < size; i += THREADS) {
      values[i] = values[spare + i];
    }
  }
  let back = transform(lane);
  for (var i = lane; i < size; i += THREADS) {
    result[(slot * ring + time % ring) * size + i] = values[back + i].x * tables[size + i];
  }
}
