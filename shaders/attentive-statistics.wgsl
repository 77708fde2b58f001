// Attentive statistics pooling: mean and standard deviation of every channel over time, weighted by the softmax over time
// of the channel's scores. One channel a workgroup. Includes: workgroup-sum.

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

alias Sum = vec3f; // of the weights, weighted values and weighted squares

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let channel = group.x;
  var highest = scores[channel];
  for (var row = 1u; row < sizes.rows; row++) {
    highest = max(highest, scores[row * sizes.channels + channel]);
  }
  var own = Sum();
  for (var row = lane; row < sizes.rows; row += THREADS) {
    let at = row * sizes.channels + channel;
    let value = source[at];
    own += exp(scores[at] - highest) * vec3f(1.0, value, value * value);
  }
  let sums = total(own, lane);
  if (lane == 0u) {
    let mean = sums.y / sums.x;
    let variance = sums.z / sums.x - mean * mean;
    result[channel] = mean;
    result[sizes.channels + channel] = sqrt(max(variance, SMALLEST_VARIANCE));
  }
}
