import { afterAll } from "vitest";
import type { PacedBackend } from "../../runtime/backend.ts";
import { joinFloats } from "../../runtime/join.ts";
import { readShader } from "../../runtime/node/read-shader.ts";
import { speak } from "../../runtime/speech/speak.ts";
import type { SpeechOptions } from "../../runtime/speech/speech-options.ts";
import { createWebGpuBackend, type WebGpuOptions } from "../../runtime/webgpu/webgpu-backend.ts";
import { loadWeights } from "../../runtime/weights.ts";
import { readTiny } from "../onnx/tiny-weights.ts";
import { requestDevice } from "../webgpu/dawn.ts";
import { manifest, type Stage } from "./stage.ts";

export interface TinyGpu {
  /** Its work is submitted by frames. */
  readonly paced: PacedBackend;
  /** Sentences of every `advance` of it. */
  readonly advanced: (readonly number[])[];
  /** Draws frames until it holds; each begins when all that was submitted has come back, so that no speed counts. */
  until(stage: Stage, holds: () => boolean): Promise<void>;
  /** What the same model says in one go on the same device, nobody else speaking. */
  spokenAlone(text: string, options: SpeechOptions): Promise<Float32Array>;
}

/** A budget that all work fits into, whatever a slice is believed to take. */
export const AMPLE_MS = 1e6;

const MOST_FRAMES = 2000;

/** The tiny model on the GPU, for the tests of a file. */
export async function createTinyGpu(slots: number): Promise<TinyGpu> {
  const device = await requestDevice();
  const create = async (pacing: WebGpuOptions["pacing"] & string) =>
    createWebGpuBackend(await loadWeights(readTiny, []), {
      device,
      readShader,
      weightType: "f32",
      slots,
      pacing,
    });
  const paced = await create("caller");
  const immediate = await create("immediate");
  afterAll(async () => {
    await Promise.all([paced.dispose(), immediate.dispose()]);
    device.destroy();
  });
  const advanced: (readonly number[])[] = [];
  const underWay = new Set<Promise<unknown>>();
  const counted =
    <A extends readonly unknown[], R>(work: (...args: A) => Promise<R>) =>
    (...args: A): Promise<R> => {
      const call = work(...args);
      const landed = () => underWay.delete(call);
      underWay.add(call);
      call.then(landed, landed);
      return call;
    };
  return {
    paced: {
      ...paced,
      openSentence: counted(paced.openSentence),
      advance: counted((handles, frames) => {
        advanced.push(handles);
        return paced.advance(handles, frames);
      }),
      decode: counted(paced.decode),
    },
    advanced,
    async until(stage, holds) {
      for (let frame = 0; !holds(); frame++) {
        if (frame === MOST_FRAMES) throw new Error(`not within ${MOST_FRAMES} frames`);
        await stage.frames(1);
        do await macrotask();
        while (underWay.size > 0 && paced.slices.waiting.length === 0);
      }
    },
    async spokenAlone(text, options) {
      const parts: Float32Array[] = [];
      for await (const { samples } of speak(immediate, manifest, text, options)) parts.push(samples);
      return joinFloats(parts);
    },
  };
}

/** Lets the device's own callbacks run, which setImmediate does not. */
function macrotask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}
