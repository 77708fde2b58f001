// Of every column, what the gradient of an adapter (LoRA) y = ... + B A x is made of: low = A x, and the gradient with respect
// to it, B^T y_gradient. Of one projection, or of several whose A and B follow each other and that read the same x.
//   adapters: A [projections, RANK, input4 * 4], B [projections, b_rows, RANK]
//   x [columns, input4 * 4]   y_gradient [columns, width]: the projections' rows one after the other
//   low, low_gradient [columns, projections, RANK]
// Workgroups: (projections, columns).

const RANK = 16u;
const RANK4 = RANK / 4u;
const THREADS = 64u;

struct Sizes {
  input4: u32,
  a4: u32, // where the first A begins
  b4: u32, // where the first B begins
  b_rows: u32, // there are in every B
  rows: u32, // of the first projection
  other_rows: u32, // of the others
  width: u32,
}

@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> adapters: array<vec4f>;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> y_gradient: array<f32>;
@group(0) @binding(4) var<storage, read_write> low: array<f32>;
@group(0) @binding(5) var<storage, read_write> low_gradient: array<vec4f>;

var<workgroup> parts: array<f32, THREADS>;
var<workgroup> vector_parts: array<vec4f, THREADS>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) counts: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let projection = group.x;
  let result = group.y * counts.x + projection;

  let lanes = THREADS / RANK; // that share a row of A
  let a_row = sizes.a4 + (projection * RANK + thread / lanes) * sizes.input4;
  var sum = 0.0;
  for (var k = thread % lanes; k < sizes.input4; k += lanes) {
    sum += dot(adapters[a_row + k], x[group.y * sizes.input4 + k]);
  }
  parts[thread] = sum;

  let is_first = projection == 0u;
  let rows = select(sizes.other_rows, sizes.rows, is_first);
  let first_row = group.y * sizes.width + select(sizes.rows + (projection - 1u) * sizes.other_rows, 0u, is_first);
  let b = sizes.b4 + projection * sizes.b_rows * RANK4 + thread % RANK4;
  var vector_sum = vec4f(0);
  for (var row = thread / RANK4; row < rows; row += THREADS / RANK4) {
    vector_sum += adapters[b + row * RANK4] * y_gradient[first_row + row];
  }
  vector_parts[thread] = vector_sum;
  workgroupBarrier();

  if (thread < RANK) {
    var whole = 0.0;
    for (var lane = 0u; lane < lanes; lane++) {
      whole += parts[thread * lanes + lane];
    }
    low[result * RANK + thread] = whole;
  }
  if (thread < RANK4) {
    var whole = vec4f(0);
    for (var part = thread; part < THREADS; part += RANK4) {
      whole += vector_parts[part];
    }
    low_gradient[result * RANK4 + thread] = whole;
  }
}
