/**
 * People who let each other finish. Every turn is computed while the one before it is heard, so that the gap between them
 * is as long as it was meant to be.
 *
 * ```ts
 * const talk = createConversation(voices, { gapMs: 200 });
 * talk.say(smith, "The bridge is out again.");
 * talk.say(baker, "Again? Who told you?");
 * await talk.whenOver();
 * ```
 */
import type { EntityId } from "bitecs";
import type { SpeakOptions, VoiceLine } from "./voice-line.ts";
import type { Voices } from "./voices.ts";

export interface ConversationOptions {
  /** Silence between turns. Defaults to 250. */
  readonly gapMs?: number;
}

/** The order of turns is the conversation's own; the rest may be chosen for each. */
export type TurnOptions = Omit<SpeakOptions, "after" | "policy" | "priority">;

export interface Conversation {
  /** Turns not yet over, in order. */
  readonly turns: readonly VoiceLine[];
  /** The next turn. One that fails or is cancelled makes way for the turn after it. */
  say(eid: EntityId, text: string | AsyncIterable<string>, options?: TurnOptions): VoiceLine;
  /** Cuts the others short, drops what they would have said, and speaks. */
  interrupt(eid: EntityId, text: string | AsyncIterable<string>, options?: TurnOptions): VoiceLine;
  /** When every turn so far, and those added meanwhile, are over. */
  whenOver(): Promise<void>;
  /** Ends all turns. */
  stop(fadeMs?: number): void;
}

const DEFAULT_GAP_MS = 250;

/** A conversation without turns. Lines outside it do not wait for it. */
export function createConversation(
  voices: Voices,
  { gapMs = DEFAULT_GAP_MS }: ConversationOptions = {},
): Conversation {
  let turns: VoiceLine[] = [];
  let last: VoiceLine | undefined;
  const say: Conversation["say"] = (eid, text, options = {}) => {
    const line = voices.speak(eid, text, { gapMs, ...options, ...(last && { after: last }) });
    last = line;
    turns.push(line);
    void line.finished.then(() => {
      turns = turns.filter((turn) => turn !== line);
    });
    return line;
  };
  const stop = (fadeMs?: number) => {
    for (const turn of turns.toReversed()) turn.cancel(fadeMs);
  };
  return {
    get turns() {
      return turns;
    },
    say,
    interrupt(eid, text, options) {
      stop();
      return say(eid, text, { gapMs: 0, ...options });
    },
    async whenOver() {
      for (let turn = turns[0]; turn !== undefined; turn = turns[0]) await turn.finished;
    },
    stop,
  };
}
