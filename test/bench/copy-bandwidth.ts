const BUFFER_BYTES = 2 ** 26;
const COPIES = 8;
const REPEATS = 3;

/**
 * Bytes per second, read and written, of copies between buffers. The time of N copies is taken from that of 2 N, so that
 * the way to the device and back cancels; the fastest of a few counts.
 */
export async function measureCopyBandwidth(device: GPUDevice, bytes = BUFFER_BYTES): Promise<number> {
  const usage = GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const from = device.createBuffer({ label: "copy from", size: bytes, usage });
  const to = device.createBuffer({ label: "copy to", size: bytes, usage });
  const timeOf = async (copies: number): Promise<number> => {
    const encoder = device.createCommandEncoder();
    for (let copy = 0; copy < copies; copy++) encoder.copyBufferToBuffer(from, 0, to, 0, bytes);
    const startMs = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return performance.now() - startMs;
  };
  await timeOf(COPIES); // the first use of a buffer clears it
  let leastMs = Infinity;
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const [onceMs, twiceMs] = [await timeOf(COPIES), await timeOf(2 * COPIES)];
    if (twiceMs > onceMs) leastMs = Math.min(leastMs, twiceMs - onceMs);
  }
  from.destroy();
  to.destroy();
  return (2 * bytes * COPIES * 1000) / leastMs;
}
