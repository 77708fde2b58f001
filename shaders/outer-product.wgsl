// The sum over a line's columns of the outer products of parts of two of their rows: the gradient of a matrix.
//   left [columns, left_width]   right [columns, right_width4 * 4]   result [rows, columns4 * 4]
// Workgroups: (rows * columns4 / 64). Includes: line.

struct Sizes {
  rows: u32,
  columns4: u32,
  left_width: u32,
  left_first: u32,
  right_width4: u32,
  right_first4: u32,
}

@group(0) @binding(0) var<uniform> line: Line;
@group(0) @binding(1) var<uniform> sizes: Sizes;
@group(0) @binding(2) var<storage, read> left: array<f32>;
@group(0) @binding(3) var<storage, read> right: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> result: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= sizes.rows * sizes.columns4) {
    return;
  }
  var left_at = sizes.left_first + id.x / sizes.columns4;
  var right_at = sizes.right_first4 + id.x % sizes.columns4;
  var sum = vec4f(0);
  for (var column = 0u; column < line.columns; column++) {
    sum += left[left_at] * right[right_at];
    left_at += sizes.left_width;
    right_at += sizes.right_width4;
  }
  result[id.x] = sum;
}
