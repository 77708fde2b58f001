// Squeeze and excitation's last step: result = source + change * gate, one gate a channel.

struct Sizes {
  channels: u32,
  count: u32, // rows * channels
}

@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> source: array<f32>; // [rows, channels]
@group(0) @binding(2) var<storage, read> change: array<f32>; // [rows, channels]
@group(0) @binding(3) var<storage, read> gate: array<f32>; // [channels]
@group(0) @binding(4) var<storage, read_write> result: array<f32>; // [rows, channels]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < sizes.count) {
    result[id.x] = fma(change[id.x], gate[id.x % sizes.channels], source[id.x]);
  }
}
