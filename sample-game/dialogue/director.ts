import { Heading, Liveliness, Position } from "../characters/components.ts";
import { CAST, type CastName } from "../characters/cast.ts";
import { pick, type Random } from "../seeded.ts";
import type { VoiceLine, VoicePlugin } from "../../plugin/index.ts";
import { answerTo, createMemory } from "./answers.ts";
import { BARKS, MURMURS } from "./barks.ts";
import { createTalks, type Talk } from "./gatherings.ts";

const BARK_METRES = 2.6;
const BARK_AGAIN_SECONDS = 40;
/** Between two barks of anybody, so that the traveller is not shouted at from all sides. */
const BARK_PAUSE_SECONDS = 6;
const MURMUR_METRES = 3.2;
const MURMUR_AGAIN_SECONDS = 18;

export interface DirectorSetup {
  readonly voices: VoicePlugin;
  readonly eids: Readonly<Record<CastName, number>>;
  readonly crowd: readonly number[];
  readonly traveller: number;
  readonly random: Random;
}

/** Decides who speaks when, and who looks at whom. */
export interface Director {
  /** Whom an entity looks at. */
  readonly attention: ReadonlyMap<number, number>;
  update(seconds: number): void;
  /** Hester answers what the player typed. */
  ask(text: string): VoiceLine;
  dispose(): void;
}

export function createDirector(setup: DirectorSetup): Director {
  const { voices, eids, traveller, random } = setup;
  const talks = createTalks(voices, eids);
  const barks = createBarks(setup, talks);
  const attention = new Map<number, number>();
  const memory = createMemory();
  const stopGestures = moveHands(voices);
  return {
    attention,
    update(seconds) {
      for (const talk of talks) talk.update(seconds, traveller);
      barks.update(seconds);
      lookAtEachOther(setup, talks, attention);
    },
    ask(text) {
      Heading.wanted[eids.hester] = angleTo(eids.hester, traveller);
      const reply = answerTo(text, memory, random);
      return voices.speak(eids.hester, reply, { policy: "cut", priority: 3, hesitate: true, detail: "full" });
    },
    dispose: stopGestures,
  };
}

/** Each word makes who speaks livelier. */
function moveHands(voices: VoicePlugin): () => void {
  return voices.onEvent.add(({ line, event }) => {
    if (event.kind !== "word") return;
    Liveliness.words[line.eid] = (Liveliness.words[line.eid] ?? 0) + 1;
    Liveliness.amount[line.eid] = Math.min(1, (Liveliness.amount[line.eid] ?? 0) + 0.45);
  });
}

function distanceBetween(a: number, b: number): number {
  return Math.hypot(Position.x[a]! - Position.x[b]!, Position.z[a]! - Position.z[b]!);
}

function angleTo(from: number, to: number): number {
  return Math.atan2(Position.x[to]! - Position.x[from]!, Position.z[to]! - Position.z[from]!);
}

/** In a conversation all look at who speaks, and who speaks at the others; a near traveller draws every eye. */
function lookAtEachOther(
  { eids, traveller, voices }: DirectorSetup,
  talks: readonly Talk[],
  attention: Map<number, number>,
): void {
  attention.clear();
  for (const { members } of talks) {
    const speaker = members.find((eid) => voices.lineOf(eid)?.state === "audible");
    if (speaker === undefined) continue;
    const listener = members.find((eid) => eid !== speaker);
    for (const eid of members) if (eid !== speaker) attention.set(eid, speaker);
    if (listener !== undefined) attention.set(speaker, listener);
  }
  for (const eid of Object.values(eids)) {
    if (!attention.has(eid) && distanceBetween(eid, traveller) < 4.5) attention.set(eid, traveller);
  }
  attention.set(eids.hester, traveller);
}

function createBarks({ voices, eids, crowd, traveller, random }: DirectorSetup, talks: readonly Talk[]) {
  const saidAt = new Map<number, number>();
  const counts = new Map<number, number>();
  let lastBark = -BARK_PAUSE_SECONDS;
  const isDue = (eid: number, seconds: number, again: number) =>
    seconds - (saidAt.get(eid) ?? -Infinity) > again && voices.lineOf(eid) === undefined;

  function bark(eid: number, lines: readonly string[], seconds: number): void {
    const count = counts.get(eid) ?? 0;
    counts.set(eid, count + 1);
    saidAt.set(eid, seconds);
    lastBark = seconds;
    const text = lines[count % lines.length]!;
    const talk = talks.find(({ members }) => members.includes(eid));
    if (talk) talk.conversation.interrupt(eid, text);
    else voices.speak(eid, text, { policy: "drop", priority: 1 });
  }

  return {
    update(seconds: number) {
      if (seconds - lastBark > BARK_PAUSE_SECONDS) {
        const near = CAST.find(
          ({ name }) =>
            distanceBetween(eids[name], traveller) < BARK_METRES &&
            isDue(eids[name], seconds, BARK_AGAIN_SECONDS),
        );
        if (near) bark(eids[near.name], BARKS[near.name], seconds);
      }
      const passer = crowd.find(
        (eid) => distanceBetween(eid, traveller) < MURMUR_METRES && isDue(eid, seconds, MURMUR_AGAIN_SECONDS),
      );
      if (passer !== undefined) {
        saidAt.set(passer, seconds);
        voices.speak(passer, pick(random, MURMURS), { policy: "drop" });
      }
    },
  };
}
