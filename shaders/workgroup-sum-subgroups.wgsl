// Shared, in place of workgroup-sum where the device has subgroups, of whatever size and whichever threads they are made of.

var<workgroup> partial: array<Sum, THREADS>;

fn total(value: Sum, thread: u32) -> Sum {
  let subgroup_sum = subgroupAdd(value);
  partial[thread] = select(Sum(), subgroup_sum, subgroupElect());
  workgroupBarrier();
  let threads = subgroupAdd(1u);
  let share = (THREADS + threads - 1u) / threads;
  let first = subgroupExclusiveAdd(1u) * share;
  var own = Sum();
  for (var other = first; other < min(first + share, THREADS); other++) {
    own += partial[other];
  }
  let sum = subgroupAdd(own);
  workgroupBarrier();
  return sum;
}
