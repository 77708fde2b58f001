// Writes a slice of columns: result = a, or a + b, where each is a slice of its rows. A pitch of 0 repeats one row.

struct Slice {
  pitch: u32, // from row to row
  first: u32, // column
}

struct Sizes {
  rows: u32,
  width: u32,
  a: Slice,
  b: Slice,
  result: Slice,
  has_b: u32,
}

@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> result: array<f32>;

fn index_of(slice: Slice, row: u32, column: u32) -> u32 {
  return row * slice.pitch + slice.first + column;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x / sizes.width;
  let column = id.x % sizes.width;
  if (row >= sizes.rows) {
    return;
  }
  var value = a[index_of(sizes.a, row, column)];
  if (sizes.has_b == 1u) {
    value += b[index_of(sizes.b, row, column)];
  }
  result[index_of(sizes.result, row, column)] = value;
}
