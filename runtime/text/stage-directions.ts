import { styleTable } from "./style-table.ts";
import type { StyleName } from "../styles.ts";

/** Noises and gestures that are a stage direction in their plain form too: "*cough*". */
const NOISES = new Set(
  `ahem bow burp chuckle clap cough curtsy cry facepalm gasp giggle grin groan growl grumble grunt gulp hiccup hiss hug
   laugh mumble nod pant pout roar salute scoff scream shiver shrug sigh smile smirk snarl sneer sneeze sniff sniffle
   snore snort sob squeal whimper whisper whistle wince wink yawn`.split(/\s+/),
);

/** What a character may be described as doing, as "sighs", "sighing" or with words after it. */
const ACTIONS = new Set(
  `adjust answer approach arch ask bang bark beam begin bellow bend bite blink blush bounce breathe brush burst
   catch check cheer choke clear clench click close collapse count cover cower crack cringe croak cross crouch
   dance disappear drag draw drink drop eat enter exhale exit eye fade fall fidget fix flinch frown gaze gesture
   give glance glare grab grit grip hand hold hum inhale jump kneel knock leave lean lick listen look lower
   murmur mutter open offer pace pause peer pick place play point ponder pop pull pump push put raise read reach
   reply rise roll rub run say scan scowl scratch shake shout shudder shuffle shut sing sip sit slam slap slump
   snap speak spit stammer stand stare start step stop straighten stretch strike stroke stumble swallow take tap
   tear think throw tilt toss touch tremble trip turn twirl wait wake walk wave weep wheeze wipe yell`.split(
    /\s+/,
  ),
);

/** What the words of a stage direction say of the voice. */
const STYLES: ReadonlyMap<string, StyleName> = styleTable({
  whisper: "whisper mutter mumble murmur hushed",
  shout: "shout yell scream roar bellow bark loudly",
  weary: "sigh yawn groan pant wearily tiredly sleepily",
  excited: "cheer giggle excitedly eagerly gleefully joyfully",
  calm: "calmly gently softly soothingly serenely",
});

/** Plain form first, then the spellings it may have lost before -s and -ing. */
function plainForms(word: string): string[] {
  const [, stem = "", ending = ""] = /^(.*?)(s|es|ies|ing)$/.exec(word) ?? [];
  if (ending === "") return [];
  const restored = [stem, `${stem}e`, `${stem}y`, stem.replace(/(.)\1$/, "$1")];
  return ending === "s" ? [stem, stem.replace(/e$/, ""), stem.replace(/ie$/, "y")] : restored;
}

/**
 * Whether a span in single asterisks tells what the speaker does rather than what they say. It does when its first word,
 * or the second after an adverb in -ly, is a noise or gesture ("cough", "sighs", "laughing softly") or an action in -s or
 * -ing ("looks away", "nervously adjusting his hat").
 */
export function isStageDirection(span: string): boolean {
  const words = span.toLowerCase().match(/[a-z]+/g) ?? [];
  const [first = "", second = ""] = words;
  const verb = first.endsWith("ly") && second !== "" ? second : first;
  if (NOISES.has(verb)) return true;
  return plainForms(verb).some((form) => NOISES.has(form) || ACTIONS.has(form));
}

/** The style that a stage direction asks for: "whispers", "says softly"; undefined when it tells of something else. */
export function styleOfDirection(span: string): StyleName | undefined {
  const words = span.toLowerCase().match(/[a-z]+/g) ?? [];
  const forms = words.flatMap((word) => [word, ...plainForms(word)]);
  return STYLES.get(forms.find((form) => STYLES.has(form)) ?? "");
}
