/** The part of the contract that learning a voice needs: the gradient of one line. */
import { describe, expect, it } from "vitest";
import {
  POINTER_WEIGHT,
  type Adapter,
  type SentenceRequest,
  type SpeechBackend,
  type TrainingLine,
} from "../../runtime/backend.ts";
import { AdapterError } from "../../runtime/errors.ts";
import type { Manifest } from "../../runtime/manifest.ts";
import type { ReadFile } from "../../runtime/weights.ts";
import { adapterOf, difference, goldenOf, speakWhole, TO_ITSELF } from "./tiny-sentence.ts";

/** Of a gradient: the length of the difference over the length of the golden one. */
const GRADIENT_TO_GOLDEN = 1e-3;

const GOLDEN_RANK = 3;

/** Parts of an adapter and what the graphs call them. */
const ADAPTER_TENSORS = [
  ["attentionA", "lora_attention_a"],
  ["attentionB", "lora_attention_b"],
  ["headA", "lora_head_a"],
  ["headB", "lora_head_b"],
] as const;

interface Subject {
  readonly backend: SpeechBackend;
  readonly request: SentenceRequest;
  readonly manifest: Manifest;
}

/** @param subject is asked for in each case, when it is there */
export function describeAdapterGradient(read: ReadFile, subject: () => Subject): void {
  /** The backend, with the line and the adapter of the golden. */
  const setUp = async () => {
    const golden = await goldenOf(read, "lm-train");
    const { backend, request, manifest } = subject();
    const line = goldenLine(golden, manifest);
    return { backend, request, manifest, golden, line, adapter: goldenAdapter(golden) };
  };
  describe("adapterGradient", () => {
    it("gives the loss and gradient that PyTorch's autograd gives", async () => {
      const { backend, golden, line, adapter } = await setUp();
      const { kl, pointer, gradient, conditioningGradient } = await backend.adapterGradient(line, adapter);
      expect(relativeError([kl], golden("output.kl"))).toBeLessThan(GRADIENT_TO_GOLDEN);
      expect(relativeError([pointer], golden("output.pointer"))).toBeLessThan(GRADIENT_TO_GOLDEN);
      expect(gradient.rank).toBe(GOLDEN_RANK);
      for (const [key, stored] of ADAPTER_TENSORS) {
        const error = relativeError(gradient[key], golden(`output.gradient_${stored}`));
        expect(error, key).toBeLessThan(GRADIENT_TO_GOLDEN);
      }
      const ofConditioning = golden("output.gradient_speaker");
      expect(relativeError(conditioningGradient, ofConditioning)).toBeLessThan(GRADIENT_TO_GOLDEN);
    });

    it("gives gradients of lines of any length and rank, the same each time, while it speaks", async () => {
      const { backend, request, manifest, line, adapter: ofRank3 } = await setUp();
      const adapter = adapterOf(manifest, 8, 0.1);
      const whole = await speakWhole(backend, request, 100);
      const first = await backend.adapterGradient(line, adapter);
      const handle = await backend.openSentence(request);
      const [batch, again, short] = await Promise.all([
        backend.advance([handle], 100),
        backend.adapterGradient(line, adapter),
        backend.adapterGradient(startOf(line, 1, manifest), ofRank3),
      ]);
      const [samples] = await backend.decode([handle]);
      await backend.close(handle);
      expect([...batch[0]!.symbolIndices]).toEqual(whole.pointers);
      expect(difference(samples!, whole.samples)).toBeLessThan(TO_ITSELF);
      for (const [key] of ADAPTER_TENSORS)
        expect(relativeError(again.gradient[key], first.gradient[key]), key).toBeLessThan(TO_ITSELF);
      expect(relativeError(again.conditioningGradient, first.conditioningGradient)).toBeLessThan(TO_ITSELF);
      expect(short.pointer).toBe(0);
      expect(short.kl).toBeGreaterThan(0);
    });

    it("goes down when the adapter follows the gradient", async () => {
      const { backend, manifest, line } = await setUp();
      const adapter = adapterOf(manifest, 2, 0.05);
      const { kl, pointer, gradient } = await backend.adapterGradient(line, adapter);
      const after = await backend.adapterGradient(line, movedAgainst(adapter, gradient, 1e-3));
      const squared = ADAPTER_TENSORS.flatMap(([key]) => [...gradient[key]]).reduce(
        (sum, g) => sum + g * g,
        0,
      );
      const fall = kl + POINTER_WEIGHT * pointer - (after.kl + POINTER_WEIGHT * after.pointer);
      expect(fall / (1e-3 * squared)).toBeGreaterThan(0.9);
      expect(fall / (1e-3 * squared)).toBeLessThan(1.1);
    });

    it.each<[string, (line: TrainingLine) => Partial<TrainingLine>, RegExp]>([
      ["an unknown symbol", () => ({ symbols: Int32Array.of(1, 9999) }), /symbol ids from 1 to \d+; given/],
      [
        "a speaker of another size",
        () => ({ conditioning: new Float32Array(3) }),
        /10 numbers of speaker and styles .* given: 3/,
      ],
      ["no frames", () => ({ symbolIndices: new Int32Array(0) }), /at least one frame/],
      [
        "a pointer that goes back",
        () => ({ symbolIndices: Int32Array.of(0, 2, 1) }),
        /never fall; given: \[0, 2, 1\]/,
      ],
      [
        "a pointer beyond the symbols",
        () => ({ symbolIndices: Int32Array.of(0, 99) }),
        /from 0 to 13 .*\[0, 99\]/,
      ],
      ["a pointer before the symbols", () => ({ symbolIndices: Int32Array.of(-1, 0) }), /\[-1, 0\]/],
      ["latents of another length", () => ({ latents: new Float32Array(8) }), /given: 10, 8, 152, 152/],
      [
        "a target of another length",
        ({ target }) => ({ target: { ...target, mean: new Float32Array(9) } }),
        /given: 10, 152, 9, 152/,
      ],
    ])("refuses to train on a line with %s", async (_, change, message) => {
      const { backend, line, adapter } = await setUp();
      const training = backend.adapterGradient({ ...line, ...change(line) }, adapter);
      await expect(training).rejects.toThrow(RangeError);
      await expect(training).rejects.toThrow(message);
    });

    it("refuses to train an adapter of another model", async () => {
      const { backend, line, adapter } = await setUp();
      const training = backend.adapterGradient(line, { ...adapter, attentionA: new Float32Array(7) });
      await expect(training).rejects.toThrow(AdapterError);
      await expect(training).rejects.toThrow(/attentionA has 7 numbers; .* \[2, 4, 3, 32\]/);
    });
  });
}

/** The line of golden/lm-train.safetensors. The last latent is read by no frame. */
export function goldenLine(golden: (key: string) => Float32Array, { latentDim }: Manifest): TrainingLine {
  const before = golden("input.latents_before");
  const latents = new Float32Array(before.length).fill(1e3);
  latents.set(before.subarray(latentDim));
  return {
    conditioning: golden("input.speaker"),
    symbols: Int32Array.from(golden("input.symbols")),
    symbolIndices: Int32Array.from(golden("symbol_indices")),
    latents,
    target: { mean: golden("input.target_mean"), logScale: golden("input.target_log_scale") },
  };
}

/** The first `frames` of a line. */
function startOf(line: TrainingLine, frames: number, { latentDim }: Manifest): TrainingLine {
  const { symbolIndices, latents, target } = line;
  const size = frames * latentDim;
  return {
    ...line,
    symbolIndices: symbolIndices.slice(0, frames),
    latents: latents.slice(0, size),
    target: { mean: target.mean.slice(0, size), logScale: target.logScale.slice(0, size) },
  };
}

export function goldenAdapter(golden: (key: string) => Float32Array): Adapter {
  const tensors = ADAPTER_TENSORS.map(([key, name]) => [key, golden(`input.${name}`)]);
  return { rank: GOLDEN_RANK, ...Object.fromEntries(tensors) } as Adapter;
}

function movedAgainst(adapter: Adapter, gradient: Adapter, step: number): Adapter {
  const moved = ADAPTER_TENSORS.map(([key]) => [
    key,
    adapter[key].map((value, index) => value - step * (gradient[key][index] ?? NaN)),
  ]);
  return { ...adapter, ...Object.fromEntries(moved) };
}

/** Length of the difference over the length of what is expected; infinite when the numbers are not as many. */
function relativeError(given: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (given.length !== expected.length) return Infinity;
  const off = Array.from(given, (value, index) => value - (expected[index] ?? NaN));
  return Math.hypot(...off) / Math.hypot(...Array.from(expected));
}
