// Depthwise 1-D convolution and layer norm of its result, one place a workgroup. Without taps: the norm alone.
// Includes: window-layout, window, workgroup-sum.

struct Sizes {
  channels: u32, // at most LARGEST
  taps: u32,
  back: u32, // rows from the first tap to the place itself
  rate: u32, // places in a latent
  source_ring: u32, // rows of a slot; 0: the rows of the window one after the other
}

@group(0) @binding(1) var<uniform> sizes: Sizes;
@group(0) @binding(2) var<storage, read> vectors: array<f32>; // norm's weight, bias; conv's weights [taps, channels], bias
@group(0) @binding(3) var<storage, read> source: array<f32>; // rows of `channels`
@group(0) @binding(4) var<storage, read_write> result: array<f32>; // [places, channels]

const EPSILON = 1e-5;
const THREADS = 128u;
const LARGEST = 1024u;

alias Sum = f32;

var<workgroup> row: array<f32, LARGEST>;

fn convolve(rows: Rows, time: i32, channel: u32) -> f32 {
  if (sizes.taps == 0u) {
    return source[u32(row_at(rows, sizes.source_ring, time)) * sizes.channels + channel];
  }
  var sum = vectors[(2u + sizes.taps) * sizes.channels + channel];
  for (var tap = 0u; tap < sizes.taps; tap++) {
    let at = row_at(rows, sizes.source_ring, time + i32(tap) - i32(sizes.back));
    if (at >= 0) {
      sum = fma(source[u32(at) * sizes.channels + channel], vectors[(2u + tap) * sizes.channels + channel], sum);
    }
  }
  return sum;
}

@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let place = group.x;
  let rows = rows_of(voice_of(place, sizes.rate), sizes.source_ring, sizes.rate);
  let time = i32(time_of(place, sizes.rate));
  var sum = 0.0;
  for (var channel = lane; channel < sizes.channels; channel += THREADS) {
    let value = convolve(rows, time, channel);
    row[channel] = value;
    sum += value;
  }
  let mean = total(sum, lane) / f32(sizes.channels);
  var squares = 0.0;
  for (var channel = lane; channel < sizes.channels; channel += THREADS) {
    let difference = row[channel] - mean;
    squares += difference * difference;
  }
  let factor = inverseSqrt(total(squares, lane) / f32(sizes.channels) + EPSILON);
  for (var channel = lane; channel < sizes.channels; channel += THREADS) {
    result[place * sizes.channels + channel] = (row[channel] - mean) * factor * vectors[channel] + vectors[sizes.channels + channel];
  }
}
