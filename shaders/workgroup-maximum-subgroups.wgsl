// Shared, in place of workgroup-maximum where the device has subgroups, of whatever size and whichever threads they are made of.

var<workgroup> found: array<f32, THREADS>;

fn maximum(value: f32, thread: u32) -> f32 {
  found[thread] = subgroupMax(value);
  workgroupBarrier();
  let threads = subgroupAdd(1u);
  let share = (THREADS + threads - 1u) / threads;
  let first = subgroupExclusiveAdd(1u) * share;
  var own = value;
  for (var other = first; other < min(first + share, THREADS); other++) {
    own = max(own, found[other]);
  }
  let largest = subgroupMax(own);
  workgroupBarrier();
  return largest;
}
