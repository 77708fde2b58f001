// Mean and standard deviation of every channel over time, one channel a workgroup. Includes: workgroup-sum.

struct Sizes {
  rows: u32,
  channels: u32,
}

@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> source: array<f32>; // [rows, channels]
@group(0) @binding(2) var<storage, read_write> result: array<f32>; // [2, channels]: means, deviations

const THREADS = 64u;
const EPSILON = 1e-5;

alias Sum = f32;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let channel = group.x;
  var sum = 0.0;
  for (var row = lane; row < sizes.rows; row += THREADS) {
    sum += source[row * sizes.channels + channel];
  }
  let mean = total(sum, lane) / f32(sizes.rows);
  var squares = 0.0;
  for (var row = lane; row < sizes.rows; row += THREADS) {
    let difference = source[row * sizes.channels + channel] - mean;
    squares = fma(difference, difference, squares);
  }
  let variance = total(squares, lane) / f32(sizes.rows);
  if (lane == 0u) {
    result[channel] = mean;
    result[sizes.channels + channel] = sqrt(variance + EPSILON);
  }
}
