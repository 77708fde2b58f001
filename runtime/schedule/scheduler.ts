/**
 * Many lines, one backend, one frame budget. Each line talks to a SpeechBackend of its own (`backendFor`); its calls wait
 * here until they are the most urgent, are merged with others of their kind, and become calls of the real backend. When that is
 * a paced one, as many of its slices are submitted each frame as fit into the budget.
 *
 * When the backend fails, lines wait `recoveryMs` for `setBackend` and then go on where they were, to the sample.
 * It has no clock and no timers: `frame` brings the time.
 */
import type { SpeechBackend } from "../backend.ts";
import { BackendError } from "../errors.ts";
import { nextBatch, type Batch } from "./batch.ts";
import { createBackgroundCalls } from "./background-calls.ts";
import { createLineBackend } from "./line-backend.ts";
import { createCostModel } from "./cost-model.ts";
import { byUrgency, isPatient, type Demand } from "./demand.ts";
import { createFrameBudget } from "./frame-budget.ts";
import { CALL_POLICIES, SCHEDULE_POLICY, type SchedulePolicy } from "./policy.ts";
import {
  nextStep,
  receiveFrames,
  receiveSamples,
  type ScheduledCall,
  type ScheduledSentence,
} from "./scheduled-call.ts";
import { forget } from "./sentence-replay.ts";
import { createSlicePacer, isPaced, type SlicePacer } from "./slice-pacer.ts";

export interface ScheduleStats {
  /** Work that was reported in the last frame; 0 for a backend that is not paced. */
  readonly speechMs: number;
  /** What the frame's work may take; 0 for a backend that is not paced. */
  readonly budgetMs: number;
  /** Part of the whole budget left: below 1 while the game's own frames are late, always 1 off the frame. */
  readonly share: number;
  readonly waitingCalls: number;
}

export interface Scheduler {
  /** The backend as one line sees it: works like the real one, when it is the line's turn. */
  backendFor(demand: Demand): SpeechBackend;
  /**
   * Spends the budget of a frame.
   * @param frameMs how long the last frame took; undefined when none was drawn
   */
  frame(nowMs: number, frameMs?: number): void;
  /** Goes on with another backend of the same weights. The old one stays the caller's to dispose. */
  setBackend(backend: SpeechBackend): void;
  readonly stats: ScheduleStats;
  /** Rejects all waiting calls with BackendError. The backend stays the caller's. */
  dispose(): void;
}

/** A backend that is not paced takes nothing of the game's frames, however late these are. */
const OFF_THE_FRAME = { ms: 0, share: 1 };

export function createScheduler(
  firstBackend: SpeechBackend,
  options: Partial<SchedulePolicy> = {},
): Scheduler {
  const policy = { ...SCHEDULE_POLICY, ...options };
  const budget = createFrameBudget(policy);
  const waiting = new Set<ScheduledCall>();
  const held = new Set<ScheduledSentence>(); // open in the backend, or being opened
  const flights = new Set<Batch>(); // calls of the backend under way
  let backend = firstBackend;
  let pacer = pacerOf(firstBackend);
  let nowMs = 0;
  let speechMs = 0;
  let awake = false;
  let disposed = false;
  const background = createBackgroundCalls(policy);

  function pacerOf(given: SpeechBackend): SlicePacer | undefined {
    return isPaced(given) ? createSlicePacer(given, createCostModel(), policy) : undefined;
  }

  const calls = () => CALL_POLICIES[pacer === undefined ? "plain" : "paced"];

  function enqueue(call: ScheduledCall): void {
    call.sinceMs = nowMs;
    call.sentence.waitingCalls++;
    waiting.add(call);
    wake();
  }

  /**
   * Dispatches once whoever is running now has asked for all it wants. With a paced backend only frames do: its work is
   * submitted by frames in any case, and until the next one all lines have asked that could go along.
   */
  function wake(): void {
    if (awake || pacer !== undefined) return;
    awake = true;
    queueMicrotask(() => {
      awake = false;
      if (!disposed) dispatch();
    });
  }

  /** A paced backend puts it behind the work of lines; any other does it in its turn, so lines must be able to wait. */
  function canDoBackground(): boolean {
    if (pacer !== undefined) return true;
    const slackMs = policy.backgroundSlack * background.lastMs;
    const canWait = [...held].every(({ demand }) => demand.slackMs >= slackMs);
    return canWait && waiting.size === 0 && flights.size === 0;
  }

  function dispatch(): void {
    const { inFlight } = calls();
    while (flights.size < inFlight && (flights.size === 0 || (pacer?.waitingMs ?? 0) < budget.ms)) {
      const ready = readyCalls();
      const done = ready.find((call) => nextStep(call) === undefined);
      if (done !== undefined) {
        served(done);
        continue;
      }
      const batch = nextBatch(ready, flights, calls(), (call) => isPatient(call, nowMs, policy));
      if (batch === undefined) return;
      if (batch.step.kind === "open" && held.size >= policy.slots) makeRoom();
      perform(batch);
    }
  }

  /** The first call of every sentence that could be dealt with now, the most urgent first. */
  function readyCalls(): ScheduledCall[] {
    const first = new Map<ScheduledSentence, ScheduledCall>();
    for (const call of waiting) if (!first.has(call.sentence)) first.set(call.sentence, call);
    const room = hasRoom();
    return [...first.values()].filter((call) => isReady(call, room)).sort(byUrgency(nowMs, policy));
  }

  function isReady({ stranded, sentence }: ScheduledCall, hasRoom: boolean): boolean {
    const mayRun = !sentence.busy && nowMs >= (stranded?.retryAtMs ?? 0);
    return mayRun && (hasRoom || sentence.replay.handle !== undefined);
  }

  const hasRoom = () => held.size < policy.slots || idleSentence() !== undefined;

  /** A sentence of a line that nobody listens to now: it gives its slot up and is made again when it goes on. */
  function idleSentence(): ScheduledSentence | undefined {
    for (const each of held)
      if (each.demand.slackMs === Infinity && !each.busy && each.waitingCalls === 0) return each;
    return undefined;
  }

  function makeRoom(): void {
    const idle = idleSentence();
    if (idle !== undefined) letGo(idle);
  }

  function perform(batch: Batch): void {
    flights.add(batch);
    for (const { sentence } of batch.calls) {
      sentence.busy = true;
      held.add(sentence);
    }
    // One that is no longer in the set belonged to a backend that was replaced.
    const land = (settle: () => void) => {
      if (!flights.delete(batch)) return;
      for (const { sentence } of batch.calls) sentence.busy = false;
      settle();
      for (const { sentence } of batch.calls) if (sentence.closed) letGo(sentence);
      wake();
    };
    void run(batch).then(
      (receive) =>
        land(() => {
          receive();
          for (const call of batch.calls) served(call);
        }),
      (error: unknown) => land(() => failed(batch.calls, error)),
    );
  }

  /** Calls the backend; resolves with what takes in its results. */
  async function run({ calls: batch, step }: Batch): Promise<() => void> {
    if (step.kind === "open") {
      const [call] = batch;
      const handle = call && (await backend.openSentence(call.sentence.replay.request));
      return () => {
        if (call !== undefined) call.sentence.replay.handle = handle;
      };
    }
    const handles = batch.map(({ sentence }) => sentence.replay.handle ?? -1);
    if (step.kind === "advance") {
      const made = pairs(batch, await backend.advance(handles, step.frames));
      return () => made.forEach(([call, frames]) => receiveFrames(call, frames));
    }
    const sounds = pairs(batch, await backend.decode(handles));
    return () => sounds.forEach(([call, samples]) => receiveSamples(call, samples));
  }

  function served(call: ScheduledCall): void {
    call.sinceMs = nowMs;
    if (nextStep(call) === undefined && leave(call)) call.resolve();
  }

  /** False when it had left before. */
  function leave(call: ScheduledCall): boolean {
    const wasWaiting = waiting.delete(call);
    if (wasWaiting) call.sentence.waitingCalls--;
    return wasWaiting;
  }

  /** What can be another backend's to do waits for it; the rest is the line's own fault. */
  function failed(batch: readonly ScheduledCall[], error: unknown): void {
    for (const call of batch) {
      if (error instanceof BackendError) {
        letGo(call.sentence);
        const { sinceMs = nowMs } = call.stranded ?? {};
        call.stranded = { sinceMs, error, retryAtMs: nowMs + policy.retryMs };
      } else if (leave(call)) call.reject(error);
    }
  }

  function letGo(sentence: ScheduledSentence): void {
    const { handle } = sentence.replay;
    held.delete(sentence);
    forget(sentence.replay);
    if (handle !== undefined) backend.close(handle).catch(() => undefined); // a lost device has freed it already
  }

  function close(sentence: ScheduledSentence): void {
    sentence.closed = true;
    if (!sentence.busy) letGo(sentence);
    wake();
  }

  function withdraw(isMeant: (call: ScheduledCall) => boolean, reason: unknown): void {
    for (const call of [...waiting].filter(isMeant)) {
      leave(call);
      call.reject(reason);
    }
  }

  return {
    backendFor: (demand) =>
      createLineBackend(demand, {
        enqueue,
        close,
        withdraw,
        isDisposed: () => disposed,
        background(work, signal) {
          if (disposed) return Promise.reject(disposal());
          return background.ask(work, signal);
        },
      }),
    frame(now, frameMs) {
      nowMs = now;
      budget.next(frameMs);
      for (const call of waiting) {
        const { stranded } = call;
        if (stranded === undefined || nowMs - stranded.sinceMs < policy.recoveryMs) continue;
        withdraw((each) => each === call, stranded.error);
      }
      background.frame(nowMs);
      dispatch();
      if (canDoBackground()) background.begin(backend);
      pacer?.submit(budget.ms);
      speechMs = pacer?.takeElapsedMs() ?? 0;
    },
    setBackend(next) {
      pacer?.release();
      backend = next;
      pacer = pacerOf(next);
      flights.clear();
      for (const sentence of held) {
        sentence.busy = false;
        forget(sentence.replay);
      }
      held.clear();
      for (const call of waiting) call.stranded = undefined;
      background.restart();
      wake();
    },
    get stats() {
      const { ms: budgetMs, share } = pacer === undefined ? OFF_THE_FRAME : budget;
      return { speechMs, budgetMs, share, waitingCalls: waiting.size };
    },
    dispose() {
      disposed = true;
      pacer?.release();
      withdraw(() => true, disposal());
      background.dispose(disposal());
      for (const sentence of Array.from(held)) close(sentence);
    },
  };
}

function disposal(): BackendError {
  return new BackendError("The voices were disposed. Create new ones to speak.");
}

function pairs<R>(batch: readonly ScheduledCall[], results: readonly R[]): (readonly [ScheduledCall, R])[] {
  return batch.map((call, index) => {
    const result = results[index];
    if (result !== undefined) return [call, result];
    throw new BackendError("The backend gave no result for an open sentence. Report this bug.");
  });
}
