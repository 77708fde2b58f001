import type { Posterior } from "../../runtime/backend.ts";
import type { ClipNetwork } from "../../runtime/webgpu/clip.ts";
import type { Gpu } from "../../runtime/webgpu/gpu.ts";
import { download } from "./run-kernel.ts";
import { submit } from "./submit.ts";

/** Runs a network on a clip and frees the clip's buffers. */
export async function encodeClip(gpu: Gpu, network: ClipNetwork, samples: Float32Array): Promise<Posterior> {
  const work = await network(samples);
  submit(gpu.device, work.dispatches);
  const posterior = work.posterior(await download(gpu, work.result, work.bytes / 4));
  work.free();
  return posterior;
}
