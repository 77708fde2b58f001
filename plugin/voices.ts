/**
 * Voices for the entities of a world: pure given world, clock, backend and output. Nothing here throws at what a player
 * does; what goes wrong with a line is a value on the line.
 */
import { observe, onRemove, type EntityId, type World } from "bitecs";
import type { SpeechBackend } from "../runtime/backend.ts";
import type { Manifest } from "../runtime/manifest.ts";
import type { SpeechEvent } from "../runtime/speech/speech-events.ts";
import { createScheduler } from "../runtime/schedule/scheduler.ts";
import type { UserLexicon } from "../runtime/text/lexicon.ts";
import type { LineCache } from "./line-cache.ts";
import { hasVoice, observeVoices, reconcileVoices, VoiceComponent } from "./components.ts";
import { DETAIL_POLICY, type DetailRow } from "./detail-policy.ts";
import { hushSpeaker, releaseFading } from "./line-end.ts";
import { entityVoice, type LearnedVoice } from "./line-voice.ts";
import { createTeller, type ListenerList } from "./listeners.ts";
import { learnedVoices, type LearnedVoices } from "./learned-voices.ts";
import { createMemoryLineCache } from "./memory-line-cache.ts";
import { loadVoices, saveVoices } from "./save-voices.ts";
import { runSystems } from "./schedule.ts";
import { requestLine } from "./request-line.ts";
import type { LineEnd, SpeakOptions, VoiceLine } from "./voice-line.ts";
import type { VoiceOutput } from "./voice-output.ts";
import { createVoiceLoudness, VOICE_LOUDNESS } from "./voice-loudness.ts";
import { createVoiceSounds } from "./voice-sounds.ts";
import type { VoicesState } from "./voice-state.ts";

export type { CachedLine, LineCache } from "./line-cache.ts";
export { DETAIL_POLICY, type DetailRow } from "./detail-policy.ts";
export type { LearnedVoices } from "./learned-voices.ts";
export type { LearnedVoice } from "./line-voice.ts";
export type { ListenerList } from "./listeners.ts";
export type * from "./voice-line.ts";

export interface VoicesOptions {
  readonly backend: SpeechBackend;
  /** Of the weights the backend runs. */
  readonly manifest: Manifest;
  readonly output: VoiceOutput;
  /** Shown in `stats`. Defaults to "backend". */
  readonly backendLabel?: string;
  /** Milliseconds of speech work in a frame. Defaults to 2. */
  readonly budgetMs?: number;
  /** A frame that takes longer is late, and speech steps back. Defaults to 1000 / 60. */
  readonly targetFrameMs?: number;
  /** Sentences that the backend may hold open at a time. Defaults to 8. */
  readonly slots?: number;
  /** Of lines spoken before. Defaults to one in memory of 32 MiB. */
  readonly cache?: LineCache;
  /** Learned voices to begin with, by the name that `VoiceComponent.adapter` holds; see `Voices.learned`. Defaults to none. */
  readonly adapters?: ReadonlyMap<string, LearnedVoice>;
  /** Pronunciations for all lines. Defaults to none. */
  readonly lexicon?: UserLexicon;
  /** In scene units; see SpeakOptions. Defaults to Infinity. */
  readonly hearingRange?: number;
  /** How well lines are spoken by distance and load. Defaults to DETAIL_POLICY. */
  readonly detail?: readonly DetailRow[];
  /**
   * LUFS (ITU-R BS.1770) that all voices are brought to before their gain; "as spoken" leaves them as the model speaks.
   * Defaults to -27, about what the model speaks at.
   */
  readonly loudness?: number | "as spoken";
  /** Milliseconds that only grow, for latencies. Defaults to performance.now. */
  readonly clock?: () => number;
  /** Hears of an error thrown by a listener or a cache; must not throw. Defaults to console.error. */
  readonly onError?: (error: unknown) => void;
}

/** Figures for a HUD. */
export interface VoiceStats {
  readonly backend: string;
  /** Work of the last frame; 0 when the backend does not run on the game's own device. */
  readonly speechMs: number;
  /** What it may take at present; less than asked for while the game's own frames are late, 0 off the game's device. */
  readonly budgetMs: number;
  /** Lines begun and not over, lines waiting, and those of the live ones that babble or are silent. */
  readonly live: number;
  readonly queued: number;
  readonly degraded: number;
  /** From the start of a line to its first audible sample, for the last 32 lines spoken in full, latest last. */
  readonly firstSoundMs: readonly number[];
  /** Times a sink ran dry within a line, since the start. */
  readonly underruns: number;
  /** Bytes of the line cache, when it tells. */
  readonly cachedBytes: number | undefined;
}

export interface Voices {
  readonly world: World;
  /** Says a text, or a stream of text sentence by sentence as they become complete. Never throws. */
  speak(eid: EntityId, text: string | AsyncIterable<string>, options?: SpeakOptions): VoiceLine;
  /** Cancels all lines of an entity, or of all. */
  hush(eid?: EntityId, fadeMs?: number): void;
  /**
   * Runs the systems once; call it at the end of every frame, and from a timer while none is drawn.
   * @param frameMs how long the last frame took; undefined when none was drawn (hidden tab)
   */
  update(nowMs: number, frameMs?: number): void;
  readonly stats: VoiceStats;
  /** The line an entity is saying. */
  lineOf(eid: EntityId): VoiceLine | undefined;
  /** Learned voices, to be used by their names in `VoiceComponent.adapter` at once. */
  readonly learned: LearnedVoices;
  /** The backend for work that nobody waits to hear, such as learning a voice: it is done when no line needs the time. */
  idleBackend(signal: AbortSignal): SpeechBackend;
  /** Makes the "hm" and the babble of a voice when there is nothing better to do. */
  prepare(eid: EntityId): void;
  /**
   * Goes on with another backend of the same weights, for example after the device was lost. Lines go on where they were,
   * nothing is heard twice. Lines wait for it for 15 s after the old one fails.
   */
  setBackend(backend: SpeechBackend, label?: string): void;
  readonly onQueued: ListenerList<VoiceLine>;
  /** At the first audible sample. */
  readonly onStarted: ListenerList<VoiceLine>;
  readonly onEvent: ListenerList<{ readonly line: VoiceLine; readonly event: SpeechEvent }>;
  readonly onEnded: ListenerList<{ readonly line: VoiceLine; readonly end: LineEnd }>;
  /** All voices of the world, or of some entities, as bytes; lines being spoken are not part of it. */
  saveVoices(eids?: readonly EntityId[]): ArrayBuffer;
  /**
   * Adds the voices of a save to the world. Entities come from `idMap` (saved id -> id here) or are created; returns the map.
   * @throws RangeError when the bytes are no save or of another version
   */
  loadVoices(packet: ArrayBuffer, idMap?: Map<EntityId, EntityId>): Map<EntityId, EntityId>;
  /** Ends every line and lets go of world, sinks and listeners. The backend and the output stay the caller's. */
  dispose(): void;
}

const DEFAULT_CACHE_BYTES = 32 * 2 ** 20;

/** What the second chunk of a line is expected to take before one was seen. */
const FIRST_SECOND_CHUNK_MS = 60;

/**
 * The voices of a world. It observes the world from now on; entities that have voices already are reconciled.
 * @throws RangeError for an option out of range
 */
export function createVoices(world: World, options: VoicesOptions): Voices {
  let backendLabel = options.backendLabel ?? "backend";
  let lastMs: number | undefined;
  const state = createState(world, options);
  const detach = [
    observeVoices(world),
    observe(world, onRemove(VoiceComponent), (eid: EntityId) => loseVoice(state, eid)),
  ];
  reconcileVoices(world);
  const currentLines = () => [...state.speakers.values()].flatMap(({ current }) => current ?? []);
  return {
    world,
    speak: (eid, text, speakOptions = {}) => requestLine(state, eid, text, speakOptions).view,
    hush(eid, fadeMs) {
      for (const speaker of Array.from(state.speakers.values()))
        if (eid === undefined || speaker.eid === eid) hushSpeaker(state, speaker, fadeMs);
    },
    update(nowMs, frameMs) {
      if (state.disposed) return;
      const passedMs = Math.max(0, nowMs - (lastMs ?? nowMs));
      lastMs = nowMs;
      if (state.output.running) state.soundMs += passedMs;
      state.nowMs = nowMs;
      state.frameMs = frameMs;
      runSystems(state);
    },
    get stats() {
      const live = currentLines();
      const { speechMs, budgetMs } = state.scheduler.stats;
      return {
        backend: backendLabel,
        speechMs,
        budgetMs,
        live: live.length,
        queued: [...state.speakers.values()].reduce((sum, { queue }) => sum + queue.length, 0),
        degraded: live.filter(({ detail }) => detail === "babble" || detail === "silent").length,
        firstSoundMs: [...state.firstSoundMs],
        underruns: live.reduce((sum, { sink }) => sum + (sink?.underruns ?? 0), state.underruns),
        cachedBytes: state.cache.bytes,
      };
    },
    lineOf: (eid) => state.speakers.get(eid)?.current?.view,
    learned: learnedVoices(state),
    idleBackend: (signal) => state.scheduler.backendFor({ slackMs: Infinity, rank: Infinity, signal }),
    prepare: (eid) => prepare(state, eid),
    setBackend(backend, label) {
      backendLabel = label ?? backendLabel;
      state.scheduler.setBackend(backend);
    },
    onQueued: state.tell.queued,
    onStarted: state.tell.started,
    onEvent: state.tell.event,
    onEnded: state.tell.ended,
    saveVoices: (eids) => saveVoices(world, eids),
    loadVoices: (packet, idMap) => loadVoices(world, packet, idMap),
    dispose() {
      if (state.disposed) return;
      for (const undo of detach) undo();
      for (const speaker of Array.from(state.speakers.values())) hushSpeaker(state, speaker, 0);
      for (const eid of new Set(state.fading.values())) releaseFading(state, eid);
      state.sounds.dispose();
      state.scheduler.dispose();
      state.disposed = true;
    },
  };
}

function createState(world: World, options: VoicesOptions): VoicesState {
  const { backend, manifest, output, budgetMs, targetFrameMs, slots, loudness = VOICE_LOUDNESS } = options;
  const onError = options.onError ?? ((error: unknown) => console.error(error));
  const cache = options.cache ?? createMemoryLineCache(DEFAULT_CACHE_BYTES);
  const scheduler = createScheduler(backend, {
    ...(budgetMs !== undefined && { budgetMs }),
    ...(targetFrameMs !== undefined && { targetFrameMs }),
    ...(slots !== undefined && { slots }),
  });
  return {
    world,
    manifest,
    output,
    scheduler,
    cache,
    sounds: createVoiceSounds(scheduler, manifest, cache, onError),
    loudness: loudness === "as spoken" ? undefined : createVoiceLoudness(manifest.sampleRateHz, loudness),
    detailPolicy: options.detail ?? DETAIL_POLICY,
    adapters: new Map(options.adapters),
    lexicon: options.lexicon ?? {},
    hearingRange: options.hearingRange ?? Infinity,
    clock: options.clock ?? (() => performance.now()),
    onError,
    speakers: new Map(),
    fading: new Map(),
    tell: {
      queued: createTeller(onError),
      started: createTeller(onError),
      event: createTeller(onError),
      ended: createTeller(onError),
    },
    nowMs: 0,
    frameMs: undefined,
    soundMs: 0,
    secondChunkMs: FIRST_SECOND_CHUNK_MS,
    firstSoundMs: [],
    underruns: 0,
    disposed: false,
  };
}

/** The entity is gone or silent for good: whatever it was saying ends now, before its id is given to another. */
function loseVoice(state: VoicesState, eid: EntityId): void {
  const speaker = state.speakers.get(eid);
  state.speakers.delete(eid);
  if (speaker !== undefined) {
    speaker.alive = false;
    hushSpeaker(state, speaker, 0);
  }
  releaseFading(state, eid);
}

function prepare(state: VoicesState, eid: EntityId): void {
  if (state.disposed || !hasVoice(state.world, eid)) return;
  try {
    const voice = entityVoice(eid, state.adapters, state.manifest);
    state.sounds.find("hesitation", voice);
    state.sounds.find("babble", voice);
  } catch (error) {
    state.onError(error);
  }
}
