// The gradients with respect to one position's key, before rotary embedding, and value of one key-value head, through the
// attention of all columns that see it.
//   mixed_gradient [line.columns, HEADS, HEAD4]   statistics: attention-query-backward
//   gradient [columns, HEADS + 2 * KV_HEADS, HEAD4]: queries, keys, values
// `columns` and `gradient` may begin at a later column; everything else holds the whole line.
// Workgroups: (KV_HEADS, columns). Includes: line, column, workgroup-sum, workgroup-maximum, attention-weights, head-gradient.

@group(0) @binding(0) var<uniform> columns: array<Column, MOST_COLUMNS>;
@group(0) @binding(1) var<uniform> line: Line;
@group(0) @binding(2) var<storage, read> query: array<vec4f>;
@group(0) @binding(3) var<storage, read> cache: array<vec4f>;
@group(0) @binding(4) var<storage, read> rotation: array<vec4f>;
@group(0) @binding(5) var<storage, read> mixed_gradient: array<vec4f>;
@group(0) @binding(6) var<storage, read> statistics: array<vec2f>;
@group(0) @binding(7) var<storage, read_write> gradient: array<vec4f>;

var<workgroup> slopes: array<f32, CAPACITY>; // of the loss along the score of every column

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let kv_head = group.x;
  let own = columns[group.y];
  if (own.slot == NO_SLOT) {
    return;
  }
  let position = own.position;
  let keys = keys_of(own.slot, kv_head);
  let value_at = values_of(own.slot, kv_head) + position * HEAD4;
  let first_column = select(position, 0u, position < line.seen);
  let d = thread % HEAD4;
  var key_sum = vec4f(0);
  var value_sum = vec4f(0);
  let group_size = HEADS / KV_HEADS;
  for (var head = kv_head * group_size; head < (kv_head + 1u) * group_size; head++) {
    for (var column = first_column + thread; column < line.columns; column += THREADS) {
      let at = column * HEADS + head;
      var slope = -statistics[at].y;
      for (var part = 0u; part < HEAD4; part++) {
        slope += dot(mixed_gradient[at * HEAD4 + part], cache[value_at + part]);
      }
      weights[column] = exp(score_of(at * HEAD4, keys, position) - statistics[at].x);
      slopes[column] = weights[column] * slope;
    }
    workgroupBarrier();
    if (thread < split_count() * HEAD4) {
      for (var column = first_column + thread / HEAD4; column < line.columns; column += split_count()) {
        let at = (column * HEADS + head) * HEAD4 + d;
        key_sum += slopes[column] * query[at];
        value_sum += weights[column] * mixed_gradient[at];
      }
    }
    workgroupBarrier();
  }
  let turned = sum_of_parts(thread, key_sum) * score_scale();
  let value = sum_of_parts(thread, value_sum);
  let key = rotated_back(thread, turned, position);
  if (thread < HEAD4) {
    let at = (group.y * (HEADS + 2u * KV_HEADS) + HEADS + kv_head) * HEAD4 + thread;
    gradient[at] = key;
    gradient[at + KV_HEADS * HEAD4] = value;
  }
}
