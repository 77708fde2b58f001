// Attentive statistics pooling: mean and standard deviation of every channel over time, weighted by the softmax over time
// of the channel's scores. One channel a workgroup.

struct Sizes {
  rows: u32,
  channels: u32,
}

@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> source: array<f32>; // [rows, channels]
@group(0) @binding(2) var<storage, read> scores: array<f32>; // [rows, channels]
@group(0) @binding(3) var<storage, read_write> result: array<f32>; // [2, channels]: means, deviations

const THREADS = 64u;
const SMALLEST_VARIANCE = 1e-5;

var<workgroup> partial: array<vec3f, THREADS>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let channel = group.x;
  var highest = scores[channel];
  for (var row = 1u; row < sizes.rows; row++) {
    highest = max(highest, scores[row * sizes.channels + channel]);
  }
  var sums = vec3f(); // of the weights, weighted values and weighted squares
  for (var row = lane; row < sizes.rows; row += THREADS) {
    let at = row * sizes.channels + channel;
    let value = source[at];
    sums += exp(scores[at] - highest) * vec3f(1.0, value, value * value);
  }
  partial[lane] = sums;
  workgroupBarrier();
  for (var half = THREADS / 2u; half > 0u; half /= 2u) {
    if (lane < half) {
      partial[lane] += partial[lane + half];
    }
    workgroupBarrier();
  }
  if (lane == 0u) {
    let mean = partial[0].y / partial[0].x;
    let variance = partial[0].z / partial[0].x - mean * mean;
    result[channel] = mean;
    result[sizes.channels + channel] = sqrt(max(variance, SMALLEST_VARIANCE));
  }
}
