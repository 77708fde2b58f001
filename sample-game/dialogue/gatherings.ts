import type { CastName } from "../characters/cast.ts";
import { GATHERINGS } from "../characters/cast.ts";
import { Position } from "../characters/components.ts";
import type { Spot } from "../scene/layout.ts";
import { createConversation, type Conversation, type VoicePlugin } from "../../plugin/index.ts";
import type { Script } from "./script.ts";
import { SCRIPTS } from "./scripts.ts";

/** Metres from the traveller within which people bother to talk. */
const EARSHOT = 13;
const PAUSE_SECONDS = 5;

/** People who stand together and talk while somebody can hear them. */
export interface Talk {
  readonly centre: Spot;
  readonly members: readonly number[];
  readonly conversation: Conversation;
  /** Starts the next script when it is time and the traveller is near; leaves off when he has gone. */
  update(seconds: number, traveller: number): void;
}

export function createTalks(voices: VoicePlugin, eids: Readonly<Record<CastName, number>>): Talk[] {
  return Object.entries(SCRIPTS).map(([name, scripts], index) => {
    const { centre, members } = GATHERINGS[name]!;
    return createTalk(voices, eids, { centre, members: members.map(([who]) => eids[who]), scripts, index });
  });
}

interface TalkPlan {
  readonly centre: Spot;
  readonly members: readonly number[];
  readonly scripts: readonly Script[];
  readonly index: number;
}

function createTalk(
  voices: VoicePlugin,
  eids: Readonly<Record<CastName, number>>,
  { centre, members, scripts, index }: TalkPlan,
): Talk {
  const conversation = createConversation(voices, { gapMs: 220 });
  let next = 0;
  let quietSince = index * 1.1 - PAUSE_SECONDS;
  return {
    centre,
    members,
    conversation,
    update(seconds, traveller) {
      const distance = Math.hypot(Position.x[traveller]! - centre.x, Position.z[traveller]! - centre.z);
      if (conversation.turns.length > 0) {
        quietSince = seconds;
        if (distance > EARSHOT * 1.3) conversation.stop(300);
        return;
      }
      if (distance > EARSHOT || seconds - quietSince < PAUSE_SECONDS) return;
      for (const [who, text] of scripts[next % scripts.length]!)
        conversation.say(eids[who], text, { take: next });
      next += 1;
    },
  };
}
