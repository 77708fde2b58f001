// result = source, so that a kernel may add to it and the source is kept.
// Workgroups: (WIDTH4 / 64, columns).

override WIDTH4: u32; // of a column

@group(0) @binding(0) var<storage, read> source: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> result: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < WIDTH4) {
    result[id.y * WIDTH4 + id.x] = source[id.y * WIDTH4 + id.x];
  }
}
