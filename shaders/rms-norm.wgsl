// RMS norm of one column a workgroup: result = x / rms(x) * norm.
//   x, result [columns, DIM4 * 4]   norm [DIM4 * 4]
// Workgroups: (columns). Includes: workgroup-sum.

const THREADS = 64u;

alias Sum = f32;

override DIM4: u32;
override EPSILON: f32;

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> norm: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> result: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let first = group.x * DIM4;
  var squares = 0.0;
  for (var d = thread; d < DIM4; d += THREADS) {
    squares += dot(x[first + d], x[first + d]);
  }
  let scale = inverseSqrt(total(squares, thread) / f32(4u * DIM4) + EPSILON);
  for (var d = thread; d < DIM4; d += THREADS) {
    result[first + d] = x[first + d] * scale * norm[d];
  }
}
