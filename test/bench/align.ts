import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { alignSpeech } from "../../runtime/adapt/align.ts";
import { alignRecording } from "../../runtime/adapt/align-recording.ts";
import { speakSentence } from "../../runtime/adapt/speak-sentence.ts";
import { AudioInputError } from "../../runtime/errors.ts";
import { readWeightsFrom } from "../../runtime/node/read-files.ts";
import { SPEAK_FILES } from "../../runtime/onnx/files.ts";
import { createOnnxBackend } from "../../runtime/onnx/onnx-backend.ts";
import { fillGaussian } from "../../runtime/voice/gaussian.ts";
import { loadWeights } from "../../runtime/weights.ts";
import { parseCount, parseOptions, SHIPPED_WEIGHTS } from "./options.ts";
import { markdownTable, quantile } from "./statistics.ts";

export const ALIGN_USAGE = "align [--data checkpoints/heldout] [--weights folder] [--utterances 48]";

/** Of the noise below the speech. */
const NOISE_DB = -20;

/** The text that stands in for a wrong transcript is that of the utterance this many places on. */
const WRONG_TEXT = 7;

/** An utterance of the corpus (weights/recipe/prepare.py): `ends` of its symbols in seconds. */
interface Utterance {
  readonly symbols: readonly string[];
  readonly ends: readonly number[];
  readonly length: number;
  readonly offset: number;
}

/**
 * How well a recording is aligned with its transcript, against the corpus's labels, and how matched and wrong
 * transcripts differ; Markdown to stdout.
 * @throws UsageError for an option that is unknown or out of range
 */
export async function benchAlign(args: readonly string[]): Promise<void> {
  const options = parseOptions(args, {
    data: { type: "string", default: "checkpoints/heldout" },
    weights: { type: "string", default: SHIPPED_WEIGHTS },
    utterances: { type: "string", default: "48" },
  });
  const { all, samplesOf } = await readShard(options.data);
  const every = Math.max(1, Math.floor(all.length / parseCount("utterances", options.utterances)));
  const chosen = all.filter((_, i) => i % every === 0);
  const weights = await loadWeights(readWeightsFrom(options.weights), SPEAK_FILES);
  const { manifest } = weights;
  const backend = await createOnnxBackend(weights);
  const errors: FrameError[] = [];
  const judged: Judgements = { own: [], noisy: [], wrong: [] };
  try {
    for (const [i, utterance] of chosen.entries()) {
      const samples = samplesOf(utterance);
      const latent = (await backend.embedSpeaker(samples)).mean;
      const idsOf = ({ symbols }: Utterance) =>
        Int32Array.from(symbols, (symbol) => manifest.symbols.indexOf(symbol));
      const spokenOf = (symbols: Int32Array) =>
        speakSentence(backend, manifest, symbols, { speaker: latent, temperature: 0 });
      const [own, wrong] = [idsOf(utterance), idsOf(chosen[(i + WRONG_TEXT) % chosen.length] ?? utterance)];
      const judge = async (sound: Float32Array, symbols: Int32Array): Promise<Judged> => ({
        cost: (await alignSpeech(sound, [await spokenOf(symbols)], manifest)).cost,
        isRefused: await refuses(alignRecording(backend, manifest, sound, [symbols], latent)),
      });
      const { sentences } = await alignSpeech(samples, [await spokenOf(own)], manifest);
      const frameSeconds = manifest.samplesPerLatent / manifest.sampleRateHz;
      errors.push(...frameErrors([...(sentences[0]?.symbolIndices ?? [])], utterance, frameSeconds));
      judged.own.push(await judge(samples, own));
      judged.noisy.push(await judge(withNoise(samples, i), own));
      judged.wrong.push(await judge(samples, wrong));
    }
  } finally {
    await backend.dispose();
  }
  process.stdout.write(report(chosen.length, errors, judged));
}

interface Judged {
  /** In the recording's own voice. */
  readonly cost: number;
  readonly isRefused: boolean;
}

type Judgements = Readonly<Record<"own" | "noisy" | "wrong", Judged[]>>;

/** Whether the recording was said not to say the text. */
async function refuses(aligning: Promise<unknown>): Promise<boolean> {
  try {
    await aligning;
    return false;
  } catch (error) {
    if (error instanceof AudioInputError) return true;
    throw error;
  }
}

function withNoise(samples: Float32Array, seed: number): Float32Array {
  const noise = fillGaussian(new Float32Array(samples.length), { lo: seed, hi: 0 }, 1, 0);
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  const gain = Math.sqrt(power) * 10 ** (NOISE_DB / 20);
  return samples.map((sample, i) => sample + gain * (noise[i] ?? 0));
}

interface FrameError {
  readonly symbols: number;
  /** From the frame's centre to the nearest end of its symbol; 0 within it. */
  readonly frames: number;
}

function frameErrors(given: readonly number[], { ends }: Utterance, frameSeconds: number): FrameError[] {
  return given.map((symbol, frame) => {
    const centre = (frame + 0.5) * frameSeconds;
    const heard = ends.findIndex((end) => centre <= end);
    const early = (ends[symbol - 1] ?? 0) - centre;
    const late = centre - (ends[symbol] ?? Infinity);
    return { symbols: Math.abs(symbol - heard), frames: Math.max(0, early, late) / frameSeconds };
  });
}

function report(utterances: number, errors: readonly FrameError[], judged: Judgements): string {
  const share = (is: (error: FrameError) => boolean) =>
    `${((100 * errors.filter(is).length) / errors.length).toFixed(1)} %`;
  const mean = errors.reduce((sum, { frames }) => sum + frames / errors.length, 0);
  const row = (name: string, each: readonly Judged[]) => [
    name,
    ...[0, 0.05, 0.5, 0.95, 1].map((part) =>
      quantile(
        each.map(({ cost }) => cost),
        part,
      ).toFixed(2),
    ),
    `${((100 * each.filter(({ isRefused }) => isRefused).length) / each.length).toFixed(1)} %`,
  ];
  return [
    `${utterances} utterances, ${errors.length} frames: ${share(({ symbols }) => symbols === 0)} get the symbol of the labels, ` +
      `${share(({ symbols }) => symbols <= 1)} that or its neighbour; off by ${mean.toFixed(3)} frames on average, by more ` +
      `than a frame ${share(({ frames }) => frames > 1)}.`,
    "",
    markdownTable([
      ["cost of the worst second", "least", "5 %", "median", "95 %", "most", "refused"],
      row("its own text", judged.own),
      row(`its own text, noise at ${NOISE_DB} dB`, judged.noisy),
      row("another text", judged.wrong),
    ]),
  ].join("\n");
}

async function readShard(folder: string) {
  const all = JSON.parse(await readFile(join(folder, "0000.json"), "utf8")) as Utterance[];
  const file = await readFile(join(folder, "0000.npy"));
  const start = 10 + file.readUInt16LE(8); // numpy's header, version 1
  return {
    all,
    samplesOf: ({ offset, length }: Utterance) =>
      Float32Array.from({ length }, (_, i) => file.readInt16LE(start + (offset + i) * 2) / 2 ** 15),
  };
}
