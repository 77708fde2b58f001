// Shared: the sum over a workgroup of one value a thread. The kernel gives THREADS, a power of two, and the alias Sum: f32 or a
// vector of them.

var<workgroup> partial: array<Sum, THREADS>;

fn total(value: Sum, thread: u32) -> Sum {
  partial[thread] = value;
  workgroupBarrier();
  for (var half = THREADS / 2u; half > 0u; half /= 2u) {
    if (thread < half) {
      partial[thread] += partial[thread + half];
    }
    workgroupBarrier();
  }
  let sum = partial[0];
  workgroupBarrier();
  return sum;
}
