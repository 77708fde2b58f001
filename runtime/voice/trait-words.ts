/**
 * The words of a voice. Values are in units people use: pitch in Hz, size as vocal-tract length over a grown man's, pace
 * over the usual rate of speech, brightness in dB per octave. A word holds from `from` up to the next word's.
 *
 * Pitch and size of men, women and children follow Peterson and Barney, "Control methods used in a study of the vowels",
 * JASA 24 (1952): mean pitch 132, 223 and 264 Hz, formants (inverse to size) 1, 1.16 and 1.3 times a man's. Between 145 and
 * 165 Hz listeners disagree on the sex of a speaker.
 */
import type { TraitName } from "../manifest.ts";
import type { Range } from "./trait-space.ts";

interface Word {
  readonly word: string;
  readonly from: number;
}

export const TRAIT_WORDS = {
  pitch: [
    { word: "very deep", from: 0 },
    { word: "deep", from: 90 },
    { word: "middle", from: 115 },
    { word: "high", from: 150 },
    { word: "very high", from: 190 },
  ],
  size: [
    { word: "tiny", from: 0 },
    { word: "small", from: 0.83 },
    { word: "medium", from: 0.92 },
    { word: "large", from: 1.05 },
    { word: "huge", from: 1.13 },
  ],
  pace: [
    { word: "slow", from: 0 },
    { word: "steady", from: 0.9 },
    { word: "quick", from: 1.1 },
  ],
  brightness: [
    { word: "dark", from: -Infinity },
    { word: "neutral", from: -0.6 },
    { word: "bright", from: 0.6 },
  ],
} as const satisfies Readonly<Record<TraitName, readonly Word[]>>;

export type TraitWord<T extends TraitName> = (typeof TRAIT_WORDS)[T][number]["word"];

/** Who one seems to hear, by pitch [Hz] and size; no two rows overlap. Everyone else is "grown". */
const KINDS = {
  child: { pitch: { low: 150, high: Infinity }, size: { low: 0, high: 0.84 } },
  goblin: { pitch: { low: 0, high: 125 }, size: { low: 0, high: 0.9 } },
  giant: { pitch: { low: 0, high: 110 }, size: { low: 1.05, high: Infinity } },
  woman: { pitch: { low: 145, high: Infinity }, size: { low: 0.84, high: 0.97 } },
  man: { pitch: { low: 0, high: 145 }, size: { low: 0.92, high: 1.05 } },
} as const satisfies Readonly<Record<string, Readonly<Record<"pitch" | "size", Range>>>>;

/** A kind that can be wished for. */
export type VoiceKind = keyof typeof KINDS;

/** What a voice is heard as. */
export type VoiceImpression = VoiceKind | "grown";

export const VOICE_KINDS = Object.keys(KINDS) as readonly VoiceKind[];

export function kindRanges(kind: VoiceKind): Readonly<Record<"pitch" | "size", Range>> {
  return KINDS[kind];
}

/** @param pitchHz and size in the units of the table */
export function impressionOf(pitchHz: number, size: number): VoiceImpression {
  const holds = ({ low, high }: Range, value: number) => value >= low && value <= high;
  return (
    VOICE_KINDS.find((kind) => holds(KINDS[kind].pitch, pitchHz) && holds(KINDS[kind].size, size)) ?? "grown"
  );
}

export function wordOf<T extends TraitName>(name: T, value: number): TraitWord<T> {
  const words: readonly Word[] = TRAIT_WORDS[name];
  return (words.findLast(({ from }) => value >= from)?.word ?? words[0]?.word) as TraitWord<T>;
}

export function wordsOf(name: TraitName): readonly string[] {
  return TRAIT_WORDS[name].map(({ word }) => word);
}

/** The values a word stands for, or undefined when the trait has no such word. */
export function wordRange(name: TraitName, word: string): Range | undefined {
  const words: readonly Word[] = TRAIT_WORDS[name];
  const index = words.findIndex((each) => each.word === word);
  const found = words[index];
  return found && { low: found.from, high: words[index + 1]?.from ?? Infinity };
}
