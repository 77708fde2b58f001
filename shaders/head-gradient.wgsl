// Shared by the backward passes of attention: sums over columns or positions that threads share, and the way back through
// rotary embedding (RoPE, halves paired). Included after attention-weights; the kernel gives the binding `rotation`
// [positions, 2, HEAD4 / 2]: cosines, sines.

var<workgroup> parts: array<vec4f, THREADS>;

// Threads that share the work of one vec4 of a head.
fn split_count() -> u32 {
  return THREADS / HEAD4;
}

// Vec4 d of the head is summed over the parts of the threads d, d + HEAD4, ...; for a whole workgroup.
fn sum_of_parts(thread: u32, part: vec4f) -> vec4f {
  parts[thread] = part;
  workgroupBarrier();
  var sum = vec4f(0);
  for (var split = 0u; split < split_count(); split++) {
    sum += parts[split * HEAD4 + thread % HEAD4];
  }
  workgroupBarrier();
  return sum;
}

// Vec4 thread of a head's gradient before it was rotated, of the one after; the threads from HEAD4 on give nothing.
fn rotated_back(thread: u32, turned: vec4f, position: u32) -> vec4f {
  parts[thread] = turned;
  workgroupBarrier();
  let half4 = HEAD4 / 2u;
  let d = thread % HEAD4;
  let pair4 = d % half4;
  let cosine = rotation[position * HEAD4 + pair4];
  let sine = rotation[position * HEAD4 + half4 + pair4];
  if (d < half4) {
    return turned * cosine + parts[d + half4] * sine;
  }
  return turned * cosine - parts[pair4] * sine;
}
