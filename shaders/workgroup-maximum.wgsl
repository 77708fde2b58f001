// Shared: the largest of one f32 a thread of a workgroup. The kernel gives THREADS, a power of two.

var<workgroup> found: array<f32, THREADS>;

fn maximum(value: f32, thread: u32) -> f32 {
  found[thread] = value;
  workgroupBarrier();
  for (var half = THREADS / 2u; half > 0u; half /= 2u) {
    if (thread < half) {
      found[thread] = max(found[thread], found[thread + half]);
    }
    workgroupBarrier();
  }
  let largest = found[0];
  workgroupBarrier();
  return largest;
}
