// The start of a layer for a tile of columns: RMS norm, query, key and value with the adapter's low-rank change, rotary
// embedding (RoPE, halves paired), and keys and values appended to the cache of the column's slot.
//   x [columns, INPUT4 * 4]   weights [(HEADS + 2 * KV_HEADS) * HEAD4 * 4, INPUT4 * 4]: query, key, value rows
//   rotation [positions, 2, HEAD4 / 2]: cosines, sines   query [columns, HEADS, HEAD4]
//   cache [slots, 2, KV_HEADS, ...]: keys [HEAD4, CAPACITY], values [CAPACITY, HEAD4]
// A workgroup makes 8 rows of one head: 4 dims and their 4 partners half a head away.
// Workgroups: ((HEADS + 2 * KV_HEADS) * HEAD4 / 2, tiles). Includes: column, columns, low-rank.

override HEADS: u32;
override KV_HEADS: u32;
override HEAD4: u32; // length of a head / 4
override CAPACITY: u32; // positions of a slot
override EPSILON: f32;

@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> weights: array<Weight4>;
@group(0) @binding(4) var<storage, read> norm: array<vec4f>;
@group(0) @binding(5) var<storage, read> rotation: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> query: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> cache: array<vec4f>;

var<workgroup> square_sums: array<f32, COLUMNS * LANES>;
var<workgroup> rows: array<f32, COLUMNS * ROWS>;

fn adapted_input(column: u32, k: u32) -> vec4f {
  return x[column * INPUT4 + k] * norm[k];
}

fn inverse_rms(c: u32) -> f32 {
  var sum = 0.0;
  for (var lane = 0u; lane < LANES; lane++) {
    sum += square_sums[c * LANES + lane];
  }
  return inverseSqrt(sum / f32(4u * INPUT4) + EPSILON);
}

fn four_rows(c: u32, first: u32) -> vec4f {
  let at = c * ROWS + first;
  return vec4f(rows[at], rows[at + 1u], rows[at + 2u], rows[at + 3u]);
}

// Eight numbers of head `head` (queries, then keys, then values) to where they are read.
fn write(column: Column, index: u32, head: u32, pair4: u32, first: vec4f, second: vec4f) {
  let half4 = HEAD4 / 2u;
  if (head < HEADS) {
    let at = (index * HEADS + head) * HEAD4 + pair4;
    query[at] = first;
    query[at + half4] = second;
    return;
  }
  let is_value = head >= HEADS + KV_HEADS;
  let kv_head = (head - HEADS) % KV_HEADS;
  let at = ((column.slot * 2u + u32(is_value)) * KV_HEADS + kv_head) * CAPACITY * HEAD4;
  if (is_value) {
    cache[at + column.position * HEAD4 + pair4] = first;
    cache[at + column.position * HEAD4 + pair4 + half4] = second;
  } else {
    cache[at + pair4 * CAPACITY + column.position] = first;
    cache[at + (pair4 + half4) * CAPACITY + column.position] = second;
  }
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let first_column = group.y * COLUMNS;
  if (is_idle(first_column)) {
    return;
  }
  let half4 = HEAD4 / 2u;
  let head = group.x / half4;
  let pair4 = group.x % half4;
  let projection = u32(head >= HEADS) + u32(head >= HEADS + KV_HEADS);
  let first_head = array(0u, HEADS, HEADS + KV_HEADS)[projection]; // of this projection
  let group_row = thread / LANES;
  let dim = 4u * (pair4 + select(0u, half4, group_row >= 4u)) + group_row % 4u;
  let first = (head * HEAD4 * 4u + dim) * (SCALES + INPUT4); // of the row
  let scale = row_scale(weights[first]);
  var sums: array<f32, COLUMNS>;
  var squares: array<f32, COLUMNS>;
  for (var k = thread % LANES; k < INPUT4; k += LANES) {
    let weight = unpack4(weights[first + SCALES + k]) * norm[k];
    for (var c = 0u; c < COLUMNS; c++) {
      let input = x[(first_column + c) * INPUT4 + k];
      sums[c] += dot(weight, input);
      squares[c] += dot(input, input);
    }
  }
  for (var c = 0u; c < COLUMNS; c++) {
    keep_lane_sum(c, thread, sums[c] * scale);
    if (thread < LANES) {
      square_sums[c * LANES + thread] = squares[c];
    }
  }
  find_low(first_column, thread, projection * RANK * INPUT4);
  workgroupBarrier();
  let b4 = (4u + projection) * RANK * INPUT4; // the widest product has as many rows as inputs
  for (var item = thread; item < ROWS * COLUMNS; item += ROWS * LANES) {
    let c = item / ROWS;
    let own_row = item % ROWS;
    let own_dim = 4u * (pair4 + select(0u, half4, own_row >= 4u)) + own_row % 4u;
    let changed_row = (head - first_head) * HEAD4 * 4u + own_dim;
    let column = columns[first_column + c];
    rows[item] = 0.0;
    if (column.slot != NO_SLOT) {
      rows[item] = (row_sum(c, own_row) + low_rank_change(column, c, changed_row, b4)) * inverse_rms(c);
    }
  }
  workgroupBarrier();
  if (thread >= COLUMNS || columns[first_column + thread].slot == NO_SLOT) {
    return;
  }
  let column = columns[first_column + thread];
  let lower = four_rows(thread, 0u);
  let upper = four_rows(thread, 4u);
  if (projection == 2u) {
    write(column, first_column + thread, head, pair4, lower, upper);
    return;
  }
  let cosine = rotation[column.position * HEAD4 + pair4];
  let sine = rotation[column.position * HEAD4 + half4 + pair4];
  let turned = lower * cosine - upper * sine;
  write(column, first_column + thread, head, pair4, turned, upper * cosine + lower * sine);
}
