// Attention of one column and query head over the keys and values of its slot, positions 0 .. span - 1. Query heads
// share a key-value head in groups (grouped-query attention).
//   query, mixed [columns, HEADS, HEAD4]
//   cache [slots, 2, KV_HEADS, ...]: keys [HEAD4, CAPACITY], values [CAPACITY, HEAD4]
// Workgroups: (HEADS, columns). HEAD4 is at most 64. CAPACITY is given at compilation. Includes: column.

const THREADS = 64u;

override HEADS: u32;
override KV_HEADS: u32;
override HEAD4: u32;

@group(0) @binding(0) var<uniform> columns: array<Column, MOST_COLUMNS>;
@group(0) @binding(1) var<storage, read> query: array<vec4f>;
@group(0) @binding(2) var<storage, read> cache: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> mixed: array<vec4f>;

var<workgroup> weights: array<f32, CAPACITY>;
var<workgroup> found: array<f32, THREADS>; // one number of each thread, then their maximum or sum in place 0
var<workgroup> parts: array<vec4f, THREADS>;

fn maximum_of_all(thread: u32, value: f32) -> f32 {
  found[thread] = value;
  workgroupBarrier();
  for (var step = THREADS / 2u; step > 0u; step /= 2u) {
    if (thread < step) {
      found[thread] = max(found[thread], found[thread + step]);
    }
    workgroupBarrier();
  }
  return found[0];
}

fn sum_of_all(thread: u32, value: f32) -> f32 {
  workgroupBarrier(); // everyone has read what was found before
  found[thread] = value;
  workgroupBarrier();
  for (var step = THREADS / 2u; step > 0u; step /= 2u) {
    if (thread < step) {
      found[thread] += found[thread + step];
    }
    workgroupBarrier();
  }
  return found[0];
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let head = group.x;
  let column = columns[group.y];
  if (column.slot == NO_SLOT) {
    return;
  }
  let span = column.span;
  let kv_head = head / (HEADS / KV_HEADS);
  let keys = (column.slot * 2u * KV_HEADS + kv_head) * CAPACITY * HEAD4;
  let values = keys + KV_HEADS * CAPACITY * HEAD4;
  let query_at = (group.y * HEADS + head) * HEAD4;

  let scale = inverseSqrt(f32(4u * HEAD4));
  var highest = -3e38;
  for (var position = thread; position < span; position += THREADS) {
    var score = 0.0;
    for (var d = 0u; d < HEAD4; d++) {
      score += dot(query[query_at + d], cache[keys + d * CAPACITY + position]);
    }
    weights[position] = score * scale;
    highest = max(highest, score * scale);
  }
  highest = maximum_of_all(thread, highest);
  var own_total = 0.0;
  for (var position = thread; position < span; position += THREADS) {
    let weight = exp(weights[position] - highest);
    weights[position] = weight;
    own_total += weight;
  }
  let total = sum_of_all(thread, own_total); // its barriers make all weights visible

  let splits = THREADS / HEAD4; // threads that share the work of four dims
  let d = thread % HEAD4;
  var sum = vec4f(0);
  if (thread < splits * HEAD4) {
    for (var position = thread / HEAD4; position < span; position += splits) {
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
  mixed[query_at + d] = sum / total;
}
