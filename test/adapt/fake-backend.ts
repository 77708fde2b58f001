import type {
  Adapter,
  AdapterGradient,
  SentenceRequest,
  SpeechBackend,
  TrainingLine,
} from "../../runtime/backend.ts";
import type { Manifest } from "../../runtime/manifest.ts";

const RATE_HZ = 16_000;
const FRAMES_A_SYMBOL = 2;

/** A buzz of this pitch whose spectrum peaks near a formant: another formant is another vowel. */
export function vowel(pitchHz: number, formantHz: number, samples: number): Float32Array {
  const harmonics = Array.from({ length: Math.floor(7000 / pitchHz) }, (_, i) => (i + 1) * pitchHz);
  const heard = harmonics.map((hz) => ({ hz, gain: 1 / (1 + ((hz - formantHz) / 250) ** 2) }));
  return Float32Array.from({ length: samples }, (_, i) =>
    heard.reduce((sum, { hz, gain }) => sum + 0.05 * gain * Math.sin((2 * Math.PI * hz * i) / RATE_HZ), 0),
  );
}

/** How the fake voice says symbols: marks and `<s>` are silent, each phone is a vowel of its own. */
export function sayVowels(
  symbols: ArrayLike<number>,
  framesOf: (place: number) => number,
  { symbols: names, samplesPerLatent }: Manifest,
  pitchHz = 120,
): Float32Array {
  const parts = Array.from(symbols, (id, place) => {
    const samples = framesOf(place) * samplesPerLatent;
    const isSilent = /^(?:<s>|[,.?!])$/.test(names[id] ?? "");
    return isSilent ? new Float32Array(samples) : vowel(pitchHz, 300 + ((id * 577) % 31) * 110, samples);
  });
  return Float32Array.from(parts.flatMap((part) => [...part]));
}

export interface FakeLearning {
  /** Loss and slope of one line; both are given the adapter's tensors. */
  readonly gradient: (line: TrainingLine, adapter: Adapter) => AdapterGradient;
}

/** What a fake was asked for. */
export interface BackendCalls {
  readonly names: string[];
  readonly open: Set<number>;
}

/** Says each symbol for two frames as a vowel; "learns" by whatever loss it is given. */
export function fakeBackend(
  manifest: Manifest,
  gradient: FakeLearning["gradient"],
): { backend: SpeechBackend; calls: BackendCalls } {
  const calls: BackendCalls = { names: [], open: new Set() };
  const sentences = new Map<number, { request: SentenceRequest; given: boolean; decoded: boolean }>();
  const called = (name: string) => void calls.names.push(name);
  const backend: SpeechBackend = {
    async openSentence(request) {
      called("openSentence");
      const handle = sentences.size + 1;
      sentences.set(handle, { request, given: false, decoded: false });
      calls.open.add(handle);
      return handle;
    },
    async advance(handles) {
      called("advance");
      return handles.map((handle) => {
        const symbols = sentences.get(handle)?.request.symbols ?? new Int32Array(0);
        const symbolIndices = Int32Array.from({ length: symbols.length * FRAMES_A_SYMBOL }, (_, t) =>
          Math.floor(t / FRAMES_A_SYMBOL),
        );
        return { symbolIndices, ended: "rested" as const };
      });
    },
    async decode(handles) {
      called("decode");
      return handles.map((handle) =>
        sayVowels(sentences.get(handle)?.request.symbols ?? [], () => FRAMES_A_SYMBOL, manifest),
      );
    },
    async close(handle) {
      calls.open.delete(handle);
    },
    async encode(samples) {
      called("encode");
      const size = (samples.length / manifest.samplesPerLatent) * manifest.latentDim;
      return {
        mean: Float32Array.from({ length: size }, (_, i) => Math.sin(i)),
        logScale: new Float32Array(size).fill(-2),
      };
    },
    async embedSpeaker() {
      called("embedSpeaker");
      return {
        mean: new Float32Array(manifest.speaker.dim).fill(0.5),
        logScale: new Float32Array(manifest.speaker.dim),
      };
    },
    async adapterGradient(line, adapter) {
      called("adapterGradient");
      return gradient(line, adapter);
    },
    dispose: () => Promise.resolve(),
  };
  return { backend, calls };
}

/** kl = mean square of (adapter - goal) / 2, with its exact gradient; `goal` may depend on the line. */
export function quadraticLoss(goalOf: (line: TrainingLine) => number): FakeLearning["gradient"] {
  return (line, adapter) => {
    const goal = goalOf(line);
    const tensors = [adapter.attentionA, adapter.attentionB, adapter.headA, adapter.headB];
    const count = tensors.reduce((total, tensor) => total + tensor.length, 0);
    const slopes = (tensor: Float32Array) => tensor.map((value) => (value - goal) / count);
    const kl = tensors.reduce(
      (sum, tensor) => tensor.reduce((part, value) => part + (value - goal) ** 2 / (2 * count), sum),
      0,
    );
    const gradient = {
      rank: adapter.rank,
      attentionA: slopes(adapter.attentionA),
      attentionB: slopes(adapter.attentionB),
      headA: slopes(adapter.headA),
      headB: slopes(adapter.headB),
    };
    return { kl, pointer: 0, gradient, conditioningGradient: new Float32Array(line.conditioning.length) };
  };
}
