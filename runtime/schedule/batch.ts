/**
 * Which calls of lines become one call of the backend. A backend that does a batch nearly as fast as one sentence should
 * get few calls with many sentences, so a call that has room for more waits, a little, for those that could go along.
 */
import type { CallPolicy } from "./policy.ts";
import { nextStep, type ScheduledCall, type Step } from "./scheduled-call.ts";

/** One call of the backend. */
export interface Batch {
  readonly calls: readonly ScheduledCall[];
  readonly step: Step;
  /** Further sentences could go along. */
  readonly hasRoom: boolean;
}

/**
 * What is to be begun now.
 * @param ready calls with a step to do, one for each sentence, the most urgent first
 * @param underWay calls of the backend that have not come back
 * @param isPatient whether a line has so much ahead that its call may wait for others
 */
export function nextBatch(
  ready: readonly ScheduledCall[],
  underWay: Iterable<Batch>,
  callPolicy: CallPolicy,
  isPatient: (call: ScheduledCall) => boolean,
): Batch | undefined {
  const joinable = new Set([...underWay].flatMap(({ step, hasRoom }) => (hasRoom ? [step.kind] : [])));
  const isDecoding = joinable.has("decode");
  const soundIsReady = ready.some((call) => nextStep(call)?.kind === "decode");
  /**
   * Sound waits for sound only. Frames wait for whatever is under way or about to be: what comes back from there asks for
   * frames next, so that lines out of step fall into step. They wait, too, while all of these lines are patient.
   */
  const isHeldBack = ({ calls, step, hasRoom }: Batch) => {
    if (!hasRoom) return false;
    if (step.kind === "decode") return isDecoding;
    return isDecoding || soundIsReady || joinable.has("advance") || calls.every(isPatient);
  };
  for (const head of ready) {
    const step = nextStep(head);
    if (step?.kind === "open") return { calls: [head], step, hasRoom: false };
    const batch = step && batchOf(step.kind, ready, callPolicy);
    if (batch !== undefined && !isHeldBack(batch)) return batch;
  }
  return undefined;
}

/** The most urgent calls that need the same; as many frames as all of them need. */
function batchOf(
  kind: "advance" | "decode",
  ready: readonly ScheduledCall[],
  { merged, frames }: CallPolicy,
): Batch {
  const alike = ready
    .flatMap((call) => {
      const step = nextStep(call);
      return step?.kind === kind ? [{ call, frames: step.kind === "advance" ? step.frames : 0 }] : [];
    })
    .slice(0, merged);
  const calls = alike.map(({ call }) => call);
  const hasRoom = calls.length < merged;
  if (kind === "decode") return { calls, step: { kind }, hasRoom };
  return { calls, step: { kind, frames: Math.min(frames, ...alike.map((each) => each.frames)) }, hasRoom };
}
