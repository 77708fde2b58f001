/** A line as the game sees it: what `speak` takes and what it gives back. */
import type { EntityId } from "bitecs";
import type { SpeechEvent } from "../runtime/speech/speech-events.ts";
import type { StyleName } from "../runtime/styles.ts";
import type { UserLexicon } from "../runtime/text/lexicon.ts";
import type { ListenerList } from "./listeners.ts";

/**
 * queued     waits: for the entity's other lines, for `after`, or for the browser to unlock sound
 * computing  begun; nothing heard yet
 * audible    being heard
 * finished   heard to its end
 * cancelled  cut by another line, by `cancel`, `hush`, a signal, or because the entity lost its voice or its life
 * failed     could not be spoken; `error` says why
 * dropped    never begun, because the entity was speaking (`policy: "drop"`) or its queue was full
 */
export type LineState = "queued" | "computing" | "audible" | "finished" | "cancelled" | "failed" | "dropped";

/**
 * full    spoken by the model
 * cached  as it was spoken before
 * babble  syllables of the same voice in the rhythm of the line
 * silent  no sound; its events come in the time the line would take
 */
export type SpeechDetail = "full" | "cached" | "babble" | "silent";

export type EventOf<K extends SpeechEvent["kind"]> = Extract<SpeechEvent, { kind: K }>;

/** How a line ended. */
export interface LineEnd {
  readonly state: "finished" | "cancelled" | "failed" | "dropped";
  /** What went wrong; with `failed` only. */
  readonly error?: Error;
  /** How much of it was heard. */
  readonly heardMs: number;
}

export interface VoiceLine {
  readonly eid: EntityId;
  /** What is said; grows while a stream of text comes in. Events' `charStart` and `charEnd` are places in it. */
  readonly text: string;
  readonly state: LineState;
  /** Undefined until it has begun. */
  readonly detail: SpeechDetail | undefined;
  /** Why it failed: one of runtime/errors.ts, or a RangeError for an option. */
  readonly error: Error | undefined;
  /** What happened at `playedMs` was just heard; 0 before the first sound. */
  readonly playedMs: number;
  /**
   * How long it takes to say, pauses included: an estimate from its symbols, known before the first sound, and the true
   * value once all is computed. Of a stream of text, for what has come so far. 0 for text that cannot be spoken.
   */
  readonly expectedDurationMs: number;
  /** At the first audible sample, or when it ends without one. Never rejects. */
  readonly started: Promise<void>;
  /** True at the first audible sample; false when it ends without one. Never rejects. */
  readonly whenAudible: Promise<boolean>;
  /** When it is over, whatever the reason. Never rejects. */
  readonly finished: Promise<LineEnd>;
  /** At the sample, within one update of it; in order. */
  readonly onSentence: ListenerList<EventOf<"sentence">>;
  readonly onWord: ListenerList<EventOf<"word">>;
  readonly onWordEnd: ListenerList<EventOf<"wordEnd">>;
  readonly onPhoneme: ListenerList<EventOf<"phoneme">>;
  readonly onViseme: ListenerList<EventOf<"viseme">>;
  /** Every event of the line, those above included. */
  readonly onEvent: ListenerList<SpeechEvent>;
  /** Fades out over `fadeMs` (default 5) and ends it; in any state, any number of times. */
  cancel(fadeMs?: number): void;
}

export interface SpeakOptions {
  /**
   * When the entity is speaking: `queue` waits, `cut` ends what it says and forgets what waits, `drop` says nothing.
   * Defaults to "queue".
   */
  readonly policy?: "cut" | "queue" | "drop";
  /** Higher comes first in the entity's queue; each step counts as half the distance when voices compete. Defaults to 0. */
  readonly priority?: number;
  /** Cancels the line. */
  readonly signal?: AbortSignal;
  /** Reads the same words anew: a whole number below 2^32. Defaults to 0. */
  readonly take?: number;
  /** Variance of the noise, at least 0. Defaults to the manifest's. */
  readonly temperature?: number;
  /**
   * How it is spoken where no tag or stage direction in the text says otherwise. Defaults to what spelling tells of each
   * sentence. The line fails when the model does not have the style.
   */
  readonly style?: StyleName | "neutral";
  /** How strong `style` is, above 0 to 1. Defaults to 0.8. */
  readonly intensity?: number;
  /** Pronunciations of invented words, beside those of `VoicesOptions.lexicon`. */
  readonly lexicon?: UserLexicon;
  /** In scene units: the voice is fading from 0.7 of it and is gone beyond. Defaults to `VoicesOptions.hearingRange`. */
  readonly hearingRange?: number;
  /** Name of an effect for the output, such as "radio". Defaults to none. */
  readonly effect?: string;
  /** Begins with a "hm" of that voice, once one was made (`prepare`), while the line is computed. Defaults to false. */
  readonly hesitate?: boolean;
  /** Speaks when that line is over, and computes meanwhile. */
  readonly after?: VoiceLine;
  /** Silence between `after` and this line. Defaults to 0. */
  readonly gapMs?: number;
  /** Least detail wanted; `full` never babbles. Defaults to what distance and load allow. */
  readonly detail?: SpeechDetail;
  readonly onWord?: (event: EventOf<"word">) => void;
  readonly onViseme?: (event: EventOf<"viseme">) => void;
}
