// Leaky rectifier: x where it is above 0, else slope * x. Four numbers a thread.
// Workgroups: (numbers of a latent / 256, latents).

override slope: f32;

struct Sizes {
  length: u32, // numbers of a latent / 4
}

@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> source: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> result: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < sizes.length) {
    let at = id.y * sizes.length + id.x;
    let x = source[at];
    result[at] = max(x, vec4f()) + slope * min(x, vec4f());
  }
}
