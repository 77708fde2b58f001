import { requireConsent } from "../../runtime/adapt/consent.ts";
import type {
  createSynthesizer,
  LearnVoiceOptions,
  SpeechChunk,
  SpeechOptions,
} from "../../runtime/index.ts";
import { SPEAK_FILES } from "../../runtime/onnx/files.ts";
import { phonemizeLazily, type TextSegment } from "../../runtime/text/phonemize.ts";
import { loadWeights } from "../../runtime/weights.ts";
import { learnedVoice } from "../adapt/learned-voice.ts";
import { tone } from "../speech/signals.ts";

const RATE_HZ = 16_000;

/** What a fake was asked for. */
export interface FakeCalls {
  readonly created: Parameters<typeof createSynthesizer>[0][];
  readonly spoken: { text: string; options: SpeechOptions }[];
  readonly embedded: Float32Array[];
  readonly learned: LearnVoiceOptions[];
  disposed: number;
}

/**
 * Stands in for the model: the weights are loaded and checked and the text is read as always, but each word is a tone
 * of `wordSeconds`, and a pause is one chunk of silence. `afterChunk` is called with the number of chunks so far.
 */
export function fakeSynthesizer(
  afterChunk: (chunks: number) => void = () => undefined,
  wordSeconds = 0.1,
): {
  create: typeof createSynthesizer;
  calls: FakeCalls;
} {
  const calls: FakeCalls = { created: [], spoken: [], embedded: [], learned: [], disposed: 0 };
  const create: typeof createSynthesizer = async (request) => {
    calls.created.push(request);
    const { manifest } = await loadWeights(request.read, SPEAK_FILES);
    return {
      manifest,
      async *speak(text: string, options: SpeechOptions = {}) {
        calls.spoken.push({ text, options });
        let startSample = 0;
        let chunks = 0;
        for (const segment of phonemizeLazily(text, { lexicon: options.lexicon ?? {} })) {
          const chunk = chunkOf(segment, startSample, wordSeconds);
          startSample += chunk.samples.length;
          yield chunk;
          chunks += 1;
          afterChunk(chunks);
        }
      },
      async embedSpeaker(samples: Float32Array) {
        calls.embedded.push(samples);
        return new Float32Array(manifest.speaker.dim);
      },
      async learnVoice(options: LearnVoiceOptions) {
        requireConsent(options.consent);
        calls.learned.push(options);
        const steps = options.steps ?? 0;
        options.onProgress?.({ stage: "reading", step: 0, steps: 1 });
        for (let step = 1; step <= steps; step++) {
          options.onProgress?.({ stage: "training", step, steps, kl: 1 / step });
          options.signal?.throwIfAborted();
        }
        return learnedVoice(manifest, { name: options.name, consent: options.consent });
      },
      resumeVoice: () => Promise.reject(new Error("no voice is resumed here")),
      async dispose() {
        calls.disposed += 1;
      },
    };
  };
  return { create, calls };
}

function chunkOf(segment: TextSegment, startSample: number, wordSeconds: number): SpeechChunk {
  if (segment.kind === "pause") {
    return { samples: new Float32Array((segment.durationMs * RATE_HZ) / 1000), startSample, events: [] };
  }
  const samples = tone(200, RATE_HZ, segment.words.length * wordSeconds);
  const at = (index: number) => {
    const sample = startSample + Math.round((index / segment.symbols.length) * samples.length);
    return { sample, timeSeconds: sample / RATE_HZ };
  };
  const events = segment.symbols.map((phoneme, i) => ({ kind: "phoneme" as const, phoneme, ...at(i) }));
  return { samples, startSample, events: [{ kind: "sentence", text: segment.text, ...at(0) }, ...events] };
}
