/** What the systems share. Everything here is the business of this folder; the game sees voices.ts and voice-line.ts. */
import type { EntityId, World } from "bitecs";
import type { Manifest } from "../runtime/manifest.ts";
import type { Demand } from "../runtime/schedule/demand.ts";
import type { Scheduler } from "../runtime/schedule/scheduler.ts";
import type { SpeechChunk } from "../runtime/speech/speak.ts";
import type { SpeechEvent } from "../runtime/speech/speech-events.ts";
import type { StyleName } from "../runtime/styles.ts";
import type { UserLexicon } from "../runtime/text/lexicon.ts";
import type { DetailRow } from "./detail-policy.ts";
import type { LineCache } from "./line-cache.ts";
import type { Teller } from "./listeners.ts";
import type { LineEnd, LineState, SpeakOptions, SpeechDetail, VoiceLine } from "./voice-line.ts";
import type { VoiceOutput, VoiceSink } from "./voice-output.ts";
import type { VoiceLoudness } from "./voice-loudness.ts";
import type { VoiceSounds } from "./voice-sounds.ts";
import type { LearnedVoice } from "./line-voice.ts";

/** The lines of one entity for as long as it has its voice. A recycled id gets another speaker. */
export interface Speaker {
  readonly eid: EntityId;
  /** False once the entity lost its voice. */
  alive: boolean;
  current: Line | undefined;
  /** In the order in which they will be spoken. */
  queue: Line[];
}

export interface Line {
  /** What the game holds. */
  readonly view: VoiceLine;
  readonly speaker: Speaker;
  readonly options: SpeakOptions;
  readonly script: string | AsyncIterable<string>;
  /** Aborted when the line is over. */
  readonly over: AbortController;
  readonly demand: Demand;
  /** The line that must be over before this one is heard. */
  readonly after: Line | undefined;
  text: string;
  state: LineState;
  error: Error | undefined;
  detail: SpeechDetail | undefined;
  /** Of the sentence that came last; undefined while neutral. */
  style: StyleName | undefined;
  /** Names the voice it is spoken with; undefined until it begins. */
  voiceKey: string | undefined;
  /** Undefined until it begins. */
  chunks: AsyncGenerator<SpeechChunk, void, undefined> | undefined;
  /** Since when a chunk has been asked for; undefined when none is. */
  pullingSinceMs: number | undefined;
  chunksReceived: number;
  /** True when all chunks have come. */
  complete: boolean;
  /** Computed and not yet given to a sink. */
  held: Float32Array[];
  sink: VoiceSink | undefined;
  /** The sink knows that nothing will follow. */
  sinkEnded: boolean;
  /** Samples of `hesitate` in the sink before the line itself. */
  hesitationSamples: number;
  /** Of the line itself, computed so far. */
  samples: number;
  /** In order; those before `nextEvent` were told. */
  events: SpeechEvent[];
  nextEvent: number;
  /** What the sink was last told. */
  gain: number;
  beganAtMs: number;
  /** Of the line itself, heard so far. */
  playedSamples: number;
  /** On the sound clock, its fade included; for the gap after it. */
  endedAtSoundMs: number;
  /** Tells the game. */
  readonly tell: LineTellers;
}

export interface LineTellers {
  started(isAudible: boolean): void;
  finished(end: LineEnd): void;
  event(event: SpeechEvent): void;
}

export interface VoicesState {
  readonly world: World;
  readonly manifest: Manifest;
  readonly output: VoiceOutput;
  readonly scheduler: Scheduler;
  readonly cache: LineCache;
  readonly sounds: VoiceSounds;
  /** Undefined when voices are left as the model speaks them. */
  readonly loudness: VoiceLoudness | undefined;
  readonly detailPolicy: readonly DetailRow[];
  readonly adapters: Map<string, LearnedVoice>;
  readonly lexicon: UserLexicon;
  readonly hearingRange: number;
  readonly clock: () => number;
  readonly onError: (error: unknown) => void;
  readonly speakers: Map<EntityId, Speaker>;
  /** Sinks of lines that are over and still fading out, with their entities. */
  readonly fading: Map<VoiceSink, EntityId>;
  readonly tell: VoiceTellers;
  /** Of the present update. */
  nowMs: number;
  frameMs: number | undefined;
  /** Time that has passed while sound was running. */
  soundMs: number;
  /** Running mean of how long the second chunk of a line takes: what the first has to outlast. */
  secondChunkMs: number;
  readonly firstSoundMs: number[];
  /** Of sinks given back. */
  underruns: number;
  disposed: boolean;
}

export interface VoiceTellers {
  readonly queued: Teller<VoiceLine>;
  readonly started: Teller<VoiceLine>;
  readonly event: Teller<{ readonly line: VoiceLine; readonly event: SpeechEvent }>;
  readonly ended: Teller<{ readonly line: VoiceLine; readonly end: LineEnd }>;
}
