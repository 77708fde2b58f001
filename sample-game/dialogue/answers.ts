/**
 * What Hester says to what the player types: rules tried in order, each a pattern and its answers. `$1` in an answer is
 * what the pattern caught, turned to the other's point of view ("my dog" becomes "your dog").
 */
import { pick, type Random } from "../seeded.ts";
import { PLACES, RULES } from "./answer-rules.ts";

/** What Hester remembers of the traveller. */
export interface Memory {
  name: string | undefined;
  /** The last noun-like word of the traveller, to come back to. */
  subject: string | undefined;
  asked: number;
}

export function createMemory(): Memory {
  return { name: undefined, subject: undefined, asked: 0 };
}

const POINTS_OF_VIEW: Readonly<Record<string, string>> = {
  i: "you",
  me: "you",
  my: "your",
  mine: "yours",
  am: "are",
  "i'm": "you are",
  "i've": "you have",
  myself: "yourself",
  you: "I",
  your: "my",
  yours: "mine",
  yourself: "myself",
  "you're": "I am",
};

const LONGEST_ECHO = 60;

/** The words of the player as the other would say them; without marks at the end. */
export function reflected(words: string): string {
  const plain = words
    .trim()
    .replace(/[.?!,;:]+$/, "")
    .slice(0, LONGEST_ECHO);
  return plain
    .split(/\s+/)
    .map((word) => POINTS_OF_VIEW[word.toLowerCase()] ?? word)
    .join(" ");
}

const SMALL_WORDS = new Set(
  "about after again also and any anything are because been but can could did does done for from get give going had has have hello here how into its just know like make many me more much must not now off once only our out over please really said say she should some something such tell than that the their them then there they thing think this those time too very want was well were what when where which who why will with would you your".split(
    " ",
  ),
);

/** The longest word that carries meaning; it is what Hester takes up when no rule fits. */
export function subjectOf(text: string): string | undefined {
  const words = text.toLowerCase().match(/[a-z']{3,}/g) ?? [];
  const meaningful = words.filter((word) => !SMALL_WORDS.has(word));
  return meaningful.toSorted((a, b) => b.length - a.length)[0]?.slice(0, 24);
}

/** Hester's answer; she remembers the name and the subject for later. Never empty. */
export function answerTo(text: string, memory: Memory, random: Random): string {
  memory.asked += 1;
  const name = /\b(?:my name is|i am called|call me)\s+([a-z'-]{2,20})/i.exec(text)?.[1];
  if (name !== undefined) {
    memory.name = name[0]!.toUpperCase() + name.slice(1).toLowerCase();
    return `${memory.name}. That is a name with weather in it. Welcome to the square, ${memory.name}.`;
  }
  const answer = placeOf(text) ?? ruleFor(text, random) ?? fallback(text, memory, random);
  memory.subject = subjectOf(text) ?? memory.subject;
  return answer;
}

function placeOf(text: string): string | undefined {
  if (!/\b(where|find|who|know)\b/i.test(text)) return undefined;
  return PLACES.find(([names]) => names.test(text))?.[1];
}

function ruleFor(text: string, random: Random): string | undefined {
  for (const [pattern, answers] of RULES) {
    const found = pattern.exec(text);
    if (found) return pick(random, answers).replaceAll("$1", reflected(found[1] ?? ""));
  }
  return undefined;
}

function fallback(text: string, memory: Memory, random: Random): string {
  const subject = subjectOf(text);
  const who = memory.name ?? "traveller";
  if (subject === undefined) {
    if (memory.subject !== undefined)
      return `You were saying something about ${memory.subject}, ${who}. Do go on.`;
    return `Take your time, ${who}. The night is long and the stew is slow.`;
  }
  return pick(random, [
    `${subject}, you say. In this village ${subject} is something we only discuss after the second mug.`,
    `I knew somebody who knew all about ${subject}. He is a gardener now, and much happier.`,
    `If it is ${subject} you want, ${who}, be careful whom you ask. You might get it.`,
    `Ah, ${subject}. My grandmother had a saying about ${subject}, and it was no. Just no.`,
  ]);
}
