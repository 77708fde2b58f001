import type { TraitName } from "../manifest.ts";
import { fromUnit, toUnit, TRAIT_NAMES, traitRange, type Range, type SpeakerSpace } from "./trait-space.ts";
import {
  kindRanges,
  VOICE_KINDS,
  wordRange,
  wordsOf,
  type TraitWord,
  type VoiceKind,
} from "./trait-words.ts";

/** A value in the trait's unit, a word of its table, or a range [from, to] of values. */
export type TraitWish<T extends TraitName> = number | TraitWord<T> | readonly [number, number];

/** What a voice shall be like; what is left out is the seed's own. */
export type VoiceWish = {
  /** Who one shall seem to hear. */
  readonly kind?: VoiceKind;
} & {
  /** Units: pitch in Hz, size over a grown man's, pace over the usual, brightness in dB per octave. */
  readonly [T in TraitName]?: TraitWish<T>;
};

/** A part of a wish that cannot be had as it was asked. */
export interface Compromise {
  readonly trait: TraitName;
  /** `range`: the corpus has no such voices. `kind`: the kind asked for is otherwise. `together`: not with the other wishes. */
  readonly because: "range" | "kind" | "together";
  /** In the trait's unit. */
  readonly asked: Range;
  readonly given: number;
}

/** A wish in readings, within what the corpus has. */
export interface ResolvedWish {
  readonly ranges: ReadonlyMap<TraitName, Range>;
  readonly compromises: readonly Compromise[];
}

/**
 * Brings a wish into what the corpus has.
 * @throws RangeError for an unknown key or word, or a value that is no number of its unit
 */
export function resolveWish(wish: VoiceWish, speaker: SpeakerSpace): ResolvedWish {
  checkWish(wish);
  const ranges = new Map<TraitName, Range>();
  const compromises: Compromise[] = [];
  for (const trait of TRAIT_NAMES) {
    const asked = askedRange(trait, wish);
    if (asked === undefined) continue;
    const range = clip(asked.range, traitRange(trait, speaker));
    const given = toUnit(trait, (range.low + range.high) / 2);
    if (asked.contradictsKind) compromises.push(compromise(trait, "kind", asked.kind ?? asked.range, given));
    if (range.low > asked.range.high || range.high < asked.range.low)
      compromises.push(compromise(trait, "range", asked.range, given));
    ranges.set(trait, range);
  }
  return { ranges, compromises };
}

export function compromise(
  trait: TraitName,
  because: Compromise["because"],
  { low, high }: Range,
  given: number,
): Compromise {
  return { trait, because, asked: { low: toUnit(trait, low), high: toUnit(trait, high) }, given };
}

interface AskedRange {
  readonly range: Range;
  readonly kind: Range | undefined;
  /** The trait's own wish and the kind's have nothing in common. */
  readonly contradictsKind: boolean;
}

/** In readings. A trait's own wish counts more than the kind. */
function askedRange(trait: TraitName, wish: VoiceWish): AskedRange | undefined {
  const ofKind =
    wish.kind && (trait === "pitch" || trait === "size") ? kindRanges(wish.kind)[trait] : undefined;
  const kind = ofKind && readingsOf(trait, ofKind);
  const given = wish[trait];
  const own = given === undefined ? undefined : readingsOf(trait, valuesOf(trait, given));
  const common = own && kind && { low: Math.max(own.low, kind.low), high: Math.min(own.high, kind.high) };
  const contradictsKind = common !== undefined && common.low > common.high;
  const range = contradictsKind ? own : (common ?? own ?? kind);
  return range && { range, kind, contradictsKind };
}

/** The part of a range within the bounds, or the bound nearest to it. */
function clip({ low, high }: Range, bounds: Range): Range {
  const into = (value: number) => Math.min(bounds.high, Math.max(bounds.low, value));
  return { low: into(low), high: into(high) };
}

function readingsOf(trait: TraitName, { low, high }: Range): Range {
  const reading = (value: number) => (value === 0 ? -Infinity : fromUnit(trait, value));
  return trait === "brightness" ? { low, high } : { low: reading(low), high: reading(high) };
}

function valuesOf(trait: TraitName, given: number | string | readonly [number, number]): Range {
  const range =
    typeof given === "string"
      ? wordRange(trait, given)
      : typeof given === "number"
        ? exactly(trait, given)
        : between(trait, given);
  if (range !== undefined) return range;
  const words = wordsOf(trait).map((word) => `"${word}"`);
  throw new RangeError(
    `The wish for ${trait} is ${JSON.stringify(given)}; allowed: ${UNITS[trait]}, a range [from, to] of it, or ` +
      `${words.join(", ")}.`,
  );
}

const UNITS: Readonly<Record<TraitName, string>> = {
  pitch: "a pitch in Hz above 0",
  size: "a ratio above 0 to a grown man's vocal tract",
  pace: "a ratio above 0 to the usual rate of speech",
  brightness: "a number of dB per octave",
};

function exactly(trait: TraitName, value: number): Range | undefined {
  return Number.isFinite(fromUnit(trait, value)) ? { low: value, high: value } : undefined;
}

function between(trait: TraitName, range: readonly [number, number]): Range | undefined {
  if (!Array.isArray(range) || range.length !== 2) return undefined;
  const [low, high] = range as readonly [number, number];
  return low <= high && exactly(trait, low) && exactly(trait, high) ? { low, high } : undefined;
}

const WISH_KEYS: readonly string[] = ["kind", ...TRAIT_NAMES];

/** @throws RangeError for an unknown key or word, or a value that is no number of its unit */
export function checkWish(wish: VoiceWish): void {
  const unknown = Object.keys(wish).find((key) => !WISH_KEYS.includes(key));
  if (unknown !== undefined) {
    throw new RangeError(`A voice has no trait "${unknown}"; allowed: ${WISH_KEYS.join(", ")}.`);
  }
  const { kind } = wish;
  if (kind !== undefined && !VOICE_KINDS.includes(kind)) {
    const kinds = VOICE_KINDS.map((each) => `"${each}"`).join(", ");
    throw new RangeError(`The wish for a kind is ${JSON.stringify(kind)}; allowed: ${kinds}.`);
  }
  for (const trait of TRAIT_NAMES) if (wish[trait] !== undefined) valuesOf(trait, wish[trait]);
}
