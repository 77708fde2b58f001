/**
 * Trying voices out, without a page: two sides A and B to compare, a line to say, and everything a front shows of it. It
 * speaks through the runtime's own `speak` and the plugin's own output, and matches loudness as the plugin does, so that a
 * voice sounds here as in the game.
 *
 * ```ts
 * const preview = createVoicePreview({ synthesizer, output });
 * preview.setSeed(42);
 * preview.setTrait("pitch", "deep");
 * const { samples, words, cost } = await preview.speak();
 * node.metadata = { ...node.metadata, voice: JSON.parse(preview.componentJson()) };
 * ```
 */
import type { Synthesizer } from "../../runtime/index.ts";
import type { TraitName } from "../../runtime/manifest.ts";
import { variant } from "../../runtime/voice/blend.ts";
import { candidateSeed, findSeed } from "../../runtime/voice/find-seed.ts";
import { readVoiceRecord } from "../../runtime/voice/read-voice-record.ts";
import type { Seed, SeedLike } from "../../runtime/voice/seed.ts";
import { hexOf, type VoiceRecord } from "../../runtime/voice/voice-record.ts";
import type { TraitWish } from "../../runtime/voice/voice-wish.ts";
import { createTeller, type ListenerList } from "../listeners.ts";
import { createVoiceLoudness, VOICE_LOUDNESS } from "../voice-loudness.ts";
import type { VoiceOutput, VoiceSink } from "../voice-output.ts";
import { runLine, type PreviewLine } from "./preview-line.ts";
import {
  previewVoice,
  restored,
  speechVoiceOf,
  withSeed,
  withTrait,
  type PreviewVoice,
} from "./preview-voice.ts";
import { syntheticWav } from "./synthetic-wav.ts";

export type { LineCost, PreviewLine, PreviewWord } from "./preview-line.ts";
export type { PreviewVoice } from "./preview-voice.ts";

export type PreviewSide = "a" | "b";

export interface PreviewState {
  /** The side that is heard and changed. */
  readonly side: PreviewSide;
  readonly voices: Readonly<Record<PreviewSide, PreviewVoice>>;
  /** Locked sides do not change. */
  readonly locked: Readonly<Record<PreviewSide, boolean>>;
  readonly text: string;
  /** What each side said last. */
  readonly lines: Readonly<Partial<Record<PreviewSide, PreviewLine>>>;
}

export interface VoicePreviewOptions {
  readonly synthesizer: Pick<Synthesizer, "manifest" | "speak">;
  /** Where lines are heard. Defaults to nowhere. */
  readonly output?: Pick<VoiceOutput, "open">;
  /** Defaults to seeds 1 and 2. */
  readonly seeds?: readonly [SeedLike, SeedLike];
  readonly text?: string;
  /** Milliseconds that only grow. Defaults to performance.now. */
  readonly clock?: () => number;
  /** Hears of an error thrown by a listener; must not throw. Defaults to console.error. */
  readonly onError?: (error: unknown) => void;
}

export const VOICE_PREVIEW_DEFAULTS = {
  seeds: [1, 2],
  text: "Well met, traveler. The bridge is out, but the ferry still runs.",
} as const satisfies Pick<VoicePreviewOptions, "seeds" | "text">;

/** What changes a voice returns false when its side is locked, and then changes nothing. */
export interface VoicePreview {
  readonly state: PreviewState;
  /** At every change of `state`, and at every chunk of a line. */
  readonly onChange: ListenerList<PreviewState>;
  select(side: PreviewSide): void;
  setLocked(locked: boolean): void;
  /** @throws RangeError for a seed that is none */
  setSeed(seed: SeedLike): boolean;
  /** The next seed of a sequence that does not end; held traits stay held. */
  nextSeed(): boolean;
  /**
   * Holds a trait at a value in its unit, a word or a range; undefined lets it be the seed's own.
   * @throws RangeError for a word or value the trait has not
   */
  setTrait<T extends TraitName>(trait: T, value: TraitWish<T> | undefined): boolean;
  /** Looks for a seed that has the held traits by itself, so that the seed alone is the voice. */
  settleOnSeed(): boolean;
  /** Makes the other side the same voice. */
  copyToOther(): boolean;
  /** Makes the other side a sibling of this voice; another one at each call. */
  siblingToOther(): boolean;
  setText(text: string): void;
  /**
   * Says the text with the selected side; what was being said ends. The same voice saying the same text again is only
   * played. Resolves when all of it is computed; never rejects.
   */
  speak(): Promise<PreviewLine>;
  stop(): void;
  /** Where the ear is in the line, in seconds. */
  readonly playedSeconds: number;
  /** The selected voice's seed, as `0x` hexadecimal. */
  readonly seedText: string;
  /** The selected voice as JSON for `node.metadata.voice` or a save; see runtime/voice/voice-record.ts. */
  componentJson(): string;
  /**
   * Makes the selected side the voice of such JSON.
   * @throws RangeError naming what is wrong with it
   */
  applyJson(json: string): boolean;
  /** The selected side's last line as it was heard, as a WAV file marked as synthetic; undefined before there is one. */
  exportWav(): Uint8Array<ArrayBuffer> | undefined;
  dispose(): void;
}

const NEXT_SEED_STREAM = 0x9e77;

/** Of the one speaker that a preview has. */
const SPEAKER = 0;

/** @throws RangeError for a seed that is none */
export function createVoicePreview(options: VoicePreviewOptions): VoicePreview {
  const { synthesizer, output, clock = () => performance.now() } = options;
  const { seeds, text } = { ...VOICE_PREVIEW_DEFAULTS, ...options };
  const { speaker, sampleRateHz } = synthesizer.manifest;
  const teller = createTeller<PreviewState>(options.onError ?? ((error) => console.error(error)));
  /** The last line of each voice that was computed to its end. */
  const madeBefore = new WeakMap<PreviewVoice, PreviewLine>();
  /** How many siblings each voice has been given. */
  const siblings = new WeakMap<PreviewVoice, number>();
  const loudness = createVoiceLoudness(sampleRateHz, VOICE_LOUDNESS);
  let sink: VoiceSink | undefined;
  let running: AbortController | undefined;
  let disposed = false;
  let state: PreviewState = {
    side: "a",
    voices: { a: previewVoice({ seed: seeds[0] }, speaker), b: previewVoice({ seed: seeds[1] }, speaker) },
    locked: { a: false, b: false },
    text,
    lines: {},
  };

  const change = (changes: Partial<PreviewState>) => {
    state = { ...state, ...changes };
    teller.tell(state);
  };
  const current = () => state.voices[state.side];
  const otherSide = () => (state.side === "a" ? "b" : "a");
  const nextSibling = (voice: PreviewVoice) => {
    const number = (siblings.get(voice) ?? 0) + 1;
    siblings.set(voice, number);
    return variant(voice, number, speaker);
  };
  const setVoice = (make: (voice: PreviewVoice) => PreviewVoice, side = state.side) => {
    if (state.locked[side]) return false;
    change({ voices: { ...state.voices, [side]: make(current()) } });
    return true;
  };
  const setLine = (side: PreviewSide, line: PreviewLine) =>
    change({ lines: { ...state.lines, [side]: line } });

  function stop(): void {
    running?.abort();
    running = undefined;
    sink?.release();
    sink = undefined;
  }

  async function speak(): Promise<PreviewLine> {
    stop();
    const { side, text: said } = state;
    const voice = current();
    const made = madeBefore.get(voice);
    const key = keyOf(voice.record);
    const heard = disposed ? undefined : output?.open(SPEAKER, { gain: loudness.gainOf(key) });
    sink = heard;
    if (made?.text === said) {
      heard?.write(made.samples);
      heard?.end();
      setLine(side, made);
      return made;
    }
    const controller = new AbortController();
    running = controller;
    const { signal } = controller;
    let latest: PreviewLine | undefined;
    const line = await runLine({
      chunks: synthesizer.speak(said, { voice: speechVoiceOf(voice), signal }),
      text: said,
      voice: voice.record,
      sampleRateHz,
      clock,
      sink: heard,
      signal,
      onSound(samples) {
        loudness.hear(key, samples);
        heard?.setGain(loudness.gainOf(key));
      },
      onProgress(progress) {
        latest = progress;
        setLine(side, progress);
      },
    });
    if (line.state === "computed") madeBefore.set(voice, line);
    if (state.lines[side] === latest) setLine(side, line); // else another line has begun there
    return line;
  }

  return {
    get state() {
      return state;
    },
    onChange: teller,
    select: (side) => change({ side }),
    setLocked: (locked) => change({ locked: { ...state.locked, [state.side]: locked } }),
    setSeed: (seed) => setVoice((voice) => withSeed(voice, seed, speaker)),
    nextSeed: () => setVoice((voice) => withSeed(voice, seedAfter(voice.seed), speaker)),
    setTrait: (trait, value) => setVoice((voice) => withTrait(voice, trait, value, speaker)),
    settleOnSeed: () =>
      setVoice(({ wish, seed }) => previewVoice({ seed: findSeed(wish, seed, speaker).seed }, speaker)),
    copyToOther: () => setVoice((voice) => voice, otherSide()),
    siblingToOther: () => setVoice((voice) => previewVoice(nextSibling(voice), speaker), otherSide()),
    setText: (next) => change({ text: next }),
    speak,
    stop,
    get playedSeconds() {
      return (sink?.playedSamples ?? 0) / sampleRateHz;
    },
    get seedText() {
      return hexOf(current().seed);
    },
    componentJson: () => JSON.stringify(current().record),
    applyJson(json) {
      const record = readVoiceRecord(json);
      return setVoice(() => restored(record, speaker));
    },
    exportWav() {
      const line = state.lines[state.side];
      if (line === undefined || line.samples.length === 0) return undefined;
      const gain = loudness.gainOf(keyOf(line.voice));
      const samples = line.samples.map((sample) => sample * gain);
      return syntheticWav(samples, sampleRateHz, { voice: JSON.stringify(line.voice) });
    },
    dispose() {
      disposed = true;
      stop();
    },
  };
}

/** Equal for equal voices. */
function keyOf(record: VoiceRecord): string {
  return JSON.stringify(record);
}

function seedAfter(seed: Seed): Seed {
  return candidateSeed(seed, NEXT_SEED_STREAM, 0);
}
