// Shared by attention and its backward pass: how much a column's query attends to the positions of its slot. Included after
// column, workgroup-sum and workgroup-maximum; CAPACITY is given at compilation, the kernel gives the bindings `query` and `cache`.
//   query [columns, HEADS, HEAD4]
//   cache [slots, 2, KV_HEADS, ...]: keys [HEAD4, CAPACITY], values [CAPACITY, HEAD4]

const THREADS = 64u;

alias Sum = f32;

override HEADS: u32;
override KV_HEADS: u32;
override HEAD4: u32; // at most 64

struct Softmax {
  highest: f32, // score
  total: f32, // of e^(score - highest)
}

var<workgroup> weights: array<f32, CAPACITY>; // e^(score - highest) of every position

fn keys_of(slot: u32, kv_head: u32) -> u32 {
  return (slot * 2u * KV_HEADS + kv_head) * CAPACITY * HEAD4;
}

fn values_of(slot: u32, kv_head: u32) -> u32 {
  return keys_of(slot, kv_head) + KV_HEADS * CAPACITY * HEAD4;
}

fn score_scale() -> f32 {
  return inverseSqrt(f32(4u * HEAD4));
}

fn score_of(query_at: u32, keys: u32, position: u32) -> f32 {
  var score = 0.0;
  for (var d = 0u; d < HEAD4; d++) {
    score += dot(query[query_at + d], cache[keys + d * CAPACITY + position]);
  }
  return score * score_scale();
}

// Fills `weights` of the positions 0 .. span - 1; a thread's own are those it meets in steps of THREADS.
fn find_weights(query_at: u32, keys: u32, span: u32, thread: u32) -> Softmax {
  var highest = -3e38;
  for (var position = thread; position < span; position += THREADS) {
    let score = score_of(query_at, keys, position);
    weights[position] = score;
    highest = max(highest, score);
  }
  highest = maximum(highest, thread);
  var own_total = 0.0;
  for (var position = thread; position < span; position += THREADS) {
    let weight = exp(weights[position] - highest);
    weights[position] = weight;
    own_total += weight;
  }
  return Softmax(highest, total(own_total, thread)); // its barriers make all weights visible
}
