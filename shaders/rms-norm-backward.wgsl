// The gradient with respect to x through h = x / rms(x) * norm, one column a workgroup.
//   x, h_gradient, x_gradient [columns, DIM4 * 4]   norm [DIM4 * 4]
// Workgroups: (columns). Includes: workgroup-sum.

const THREADS = 64u;

alias Sum = vec2f; // of the squares of x, and of x times what reaches it through the norm

override DIM4: u32;
override EPSILON: f32;
override ADD: bool; // to what x_gradient holds

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> norm: array<vec4f>;
@group(0) @binding(2) var<storage, read> h_gradient: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> x_gradient: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let first = group.x * DIM4;
  var own = Sum();
  for (var d = thread; d < DIM4; d += THREADS) {
    let value = x[first + d];
    own += Sum(dot(value, value), dot(value, norm[d] * h_gradient[first + d]));
  }
  let sums = total(own, thread) / f32(4u * DIM4);
  let scale = inverseSqrt(sums.x + EPSILON);
  let pull = scale * scale * sums.y; // of the rms along x
  for (var d = thread; d < DIM4; d += THREADS) {
    var gradient = scale * (norm[d] * h_gradient[first + d] - pull * x[first + d]);
    if (ADD) {
      gradient += x_gradient[first + d];
    }
    x_gradient[first + d] = gradient;
  }
}
