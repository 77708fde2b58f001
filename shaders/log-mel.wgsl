// Logarithms of mel bands, half of their distance from the mean over all frames and bands. One workgroup does it all.

struct Sizes {
  count: u32, // frames * bands
}

@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> bands: array<f32>; // [frames, bands]
@group(0) @binding(2) var<storage, read_write> result: array<f32>; // [frames, bands]

const THREADS = 256u;
const FLOOR = 1e-4;

var<workgroup> partial: array<f32, THREADS>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) lane: u32) {
  var sum = 0.0;
  for (var i = lane; i < sizes.count; i += THREADS) {
    sum += log(max(bands[i], FLOOR));
  }
  partial[lane] = sum;
  workgroupBarrier();
  for (var half = THREADS / 2u; half > 0u; half /= 2u) {
    if (lane < half) {
      partial[lane] += partial[lane + half];
    }
    workgroupBarrier();
  }
  let mean = partial[0] / f32(sizes.count);
  for (var i = lane; i < sizes.count; i += THREADS) {
    result[i] = (log(max(bands[i], FLOOR)) - mean) * 0.5;
  }
}
