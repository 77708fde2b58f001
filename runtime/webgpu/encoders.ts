import type { Posterior, SpeechBackend } from "../backend.ts";
import { checkLongEnough, checkWholeLatents } from "../check-calls.ts";
import type { Manifest } from "../manifest.ts";
import type { ClipNetwork } from "./clip.ts";
import { createEncoder } from "./encoder.ts";
import type { Gpu } from "./gpu.ts";
import type { JobQueue } from "./slices.ts";
import { createSpeakerEncoder } from "./speaker-encoder.ts";
import type { Tensors } from "./tensors.ts";

/** The calls for recordings; each network is loaded when it is first used, and tried again when that failed. */
export function createEncoders(
  gpu: Gpu,
  open: (file: string) => Promise<Tensors>,
  manifest: Manifest,
  jobs: JobQueue,
): Pick<SpeechBackend, "encode" | "embedSpeaker"> {
  const run = async (
    kind: string,
    network: Promise<ClipNetwork>,
    samples: Float32Array,
  ): Promise<Posterior> => {
    const work = await (await network)(samples);
    try {
      const reads = [{ buffer: work.result, offset: 0, bytes: work.bytes }];
      const [output] = await jobs.run({ kind, prepare: () => undefined, dispatches: work.dispatches, reads });
      return work.posterior(new Float32Array(output ?? new ArrayBuffer(0)));
    } finally {
      work.free();
    }
  };
  const encoder = createdOnce(async () => createEncoder(gpu, await open("encoder.safetensors"), manifest));
  const speakerEncoder = createdOnce(async () =>
    createSpeakerEncoder(gpu, await open("speaker-encoder.safetensors"), manifest),
  );
  return {
    async encode(samples) {
      checkWholeLatents(samples, manifest);
      return run("encoder", encoder(), samples);
    },
    async embedSpeaker(samples) {
      checkLongEnough(samples, manifest);
      return run("speaker-encoder", speakerEncoder(), samples);
    },
  };
}

function createdOnce<T>(create: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    const creation = (made ??= create());
    creation.catch(() => (made = undefined));
    return creation;
  };
}
