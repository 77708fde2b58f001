// Attention of one column and query head over the keys and values of its slot, positions 0 .. span - 1. Query heads
// share a key-value head in groups (grouped-query attention).
//   mixed [columns, HEADS, HEAD4]
// Workgroups: (HEADS, columns). Includes: column, workgroup-sum, workgroup-maximum, attention-weights.

@group(0) @binding(0) var<uniform> columns: array<Column, MOST_COLUMNS>;
@group(0) @binding(1) var<storage, read> query: array<vec4f>;
@group(0) @binding(2) var<storage, read> cache: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> mixed: array<vec4f>;

var<workgroup> parts: array<vec4f, THREADS>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let head = group.x;
  let column = columns[group.y];
  if (column.slot == NO_SLOT) {
    return;
  }
  let kv_head = head / (HEADS / KV_HEADS);
  let values = values_of(column.slot, kv_head);
  let query_at = (group.y * HEADS + head) * HEAD4;
  let softmax = find_weights(query_at, keys_of(column.slot, kv_head), column.span, thread);

  let splits = THREADS / HEAD4; // threads that share the work of four dims
  let d = thread % HEAD4;
  var sum = vec4f(0);
  if (thread < splits * HEAD4) {
    for (var position = thread / HEAD4; position < column.span; position += splits) {
      sum += weights[position] * cache[values + position * HEAD4 + d];
    }
  }
  parts[thread] = sum;
  workgroupBarrier();
  if (thread >= HEAD4) {
    return;
  }
  for (var split = 1u; split < splits; split++) {
    sum += parts[split * HEAD4 + d];
  }
  mixed[query_at + d] = sum / softmax.total;
}
