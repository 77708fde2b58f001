// The gradient with respect to one column's query of one head, before rotary embedding, through its attention; and what the
// gradients of keys and values need of it.
//   mixed, mixed_gradient [columns, HEADS, HEAD4]   gradient [columns, HEADS + 2 * KV_HEADS, HEAD4]: queries, keys, values
//   statistics [columns, HEADS]: ln of the sum of e^score, mean gradient of the weights
// Workgroups: (HEADS, columns). Includes: column, workgroup-sum, workgroup-maximum, attention-weights, head-gradient.

@group(0) @binding(0) var<uniform> columns: array<Column, MOST_COLUMNS>;
@group(0) @binding(1) var<storage, read> query: array<vec4f>;
@group(0) @binding(2) var<storage, read> cache: array<vec4f>;
@group(0) @binding(3) var<storage, read> rotation: array<vec4f>;
@group(0) @binding(4) var<storage, read> mixed: array<vec4f>;
@group(0) @binding(5) var<storage, read> mixed_gradient: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> statistics: array<vec2f>;
@group(0) @binding(7) var<storage, read_write> gradient: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let head = group.x;
  let column = columns[group.y];
  if (column.slot == NO_SLOT) {
    return;
  }
  let kv_head = head / (HEADS / KV_HEADS);
  let keys = keys_of(column.slot, kv_head);
  let values = values_of(column.slot, kv_head);
  let query_at = (group.y * HEADS + head) * HEAD4;
  let softmax = find_weights(query_at, keys, column.span, thread);
  var mean = 0.0;
  for (var d = 0u; d < HEAD4; d++) {
    mean += dot(mixed[query_at + d], mixed_gradient[query_at + d]);
  }
  if (thread == 0u) {
    statistics[group.y * HEADS + head] = vec2f(softmax.highest + log(softmax.total), mean);
  }
  for (var position = thread; position < column.span; position += THREADS) {
    var slope = -mean; // of the loss along the weight, then along the score
    for (var d = 0u; d < HEAD4; d++) {
      slope += dot(mixed_gradient[query_at + d], cache[values + position * HEAD4 + d]);
    }
    weights[position] *= slope / softmax.total;
  }
  workgroupBarrier();

  let d = thread % HEAD4;
  var sum = vec4f(0);
  if (thread < split_count() * HEAD4) {
    for (var position = thread / HEAD4; position < column.span; position += split_count()) {
      sum += weights[position] * cache[keys + d * CAPACITY + position];
    }
  }
  let turned = sum_of_parts(thread, sum) * score_scale();
  let own = rotated_back(thread, turned, column.position);
  if (thread < HEAD4) {
    gradient[(group.y * (HEADS + 2u * KV_HEADS) + head) * HEAD4 + thread] = own;
  }
}
