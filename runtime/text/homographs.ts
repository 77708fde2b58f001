/** Words around a homograph, lower case; empty strings outside the sentence. */
export interface Neighbours {
  readonly before: string;
  readonly twoBefore: string;
  readonly after: string;
  /** Whether the word has a capital first letter. */
  readonly capital: boolean;
}

type Test = (around: Neighbours) => boolean;

interface Reading {
  readonly when: Test;
  readonly phones: string;
}

const words = (list: string): ReadonlySet<string> => new Set(list.split(" "));

/** Words that a verb in its plain form follows. */
const BEFORE_VERB = words(
  `to will would can could may might must should shall do does did don't doesn't didn't won't can't cannot couldn't
   wouldn't shouldn't not i you we they please let's who never always i'll you'll we'll they'll he'll she'll i'd you'd
   we'd they'd gonna wanna gotta help`.replace(/\s+/g, " "),
);
const BEFORE_NOUN = words(
  "a an the this that my your his her its our their no some any every each of in one another for",
);
const HAVE_OR_BE = words(
  "have has had having i've you've we've they've was were is are be been being he's she's it's i'd he'd she'd get got",
);
const OBJECT = words(
  "the a an this that these those my your his her its our their it him them me us up down everything",
);

const afterVerbCue: Test = ({ before, twoBefore }) =>
  BEFORE_VERB.has(before) || (before.endsWith("ly") && BEFORE_VERB.has(twoBefore));
const beforeIs = (list: string): Test => {
  const set = words(list);
  return ({ before }) => set.has(before);
};
const afterIs = (list: string): Test => {
  const set = words(list);
  return ({ after }) => set.has(after);
};
const any =
  (...tests: readonly Test[]): Test =>
  (around) =>
    tests.some((test) => test(around));
const both =
  (...tests: readonly Test[]): Test =>
  (around) =>
    tests.every((test) => test(around));
const always: Test = () => true;

/** Verb after a cue such as "to" or "you"; a form in -s also after he, she or it; noun or adjective otherwise. */
const STRESS_PAIRS = `
record | R AH0 K AO1 R D | R EH1 K ER0 D
records | R AH0 K AO1 R D Z | R EH1 K ER0 D Z
present | P R IY0 Z EH1 N T | P R EH1 Z AH0 N T
presents | P R IY0 Z EH1 N T S | P R EH1 Z AH0 N T S
object | AH0 B JH EH1 K T | AA1 B JH EH0 K T
objects | AH0 B JH EH1 K T S | AA1 B JH EH0 K T S
subject | S AH0 B JH EH1 K T | S AH1 B JH IH0 K T
project | P R AH0 JH EH1 K T | P R AA1 JH EH0 K T
projects | P R AH0 JH EH1 K T S | P R AA1 JH EH0 K T S
refuse | R AH0 F Y UW1 Z | R EH1 F Y UW2 Z
conduct | K AH0 N D AH1 K T | K AA1 N D AH0 K T
conflict | K AH0 N F L IH1 K T | K AA1 N F L IH0 K T
contract | K AH0 N T R AE1 K T | K AA1 N T R AE2 K T
contest | K AH0 N T EH1 S T | K AA1 N T EH0 S T
contrast | K AH0 N T R AE1 S T | K AA1 N T R AE0 S T
convert | K AH0 N V ER1 T | K AA1 N V ER0 T
convict | K AH0 N V IH1 K T | K AA1 N V IH0 K T
desert | D IH0 Z ER1 T | D EH1 Z ER0 T
increase | IH0 N K R IY1 S | IH1 N K R IY2 S
decrease | D IH0 K R IY1 S | D IY1 K R IY2 S
insult | IH0 N S AH1 L T | IH1 N S AH2 L T
permit | P ER0 M IH1 T | P ER1 M IH2 T
produce | P R AH0 D UW1 S | P R OW1 D UW0 S
progress | P R AH0 G R EH1 S | P R AA1 G R EH2 S
protest | P R AH0 T EH1 S T | P R OW1 T EH2 S T
rebel | R IH0 B EH1 L | R EH1 B AH0 L
rebels | R IH0 B EH1 L Z | R EH1 B AH0 L Z
reject | R IH0 JH EH1 K T | R IY1 JH EH0 K T
suspect | S AH0 S P EH1 K T | S AH1 S P EH2 K T
transport | T R AE0 N S P AO1 R T | T R AE1 N S P AO0 R T
escort | EH0 S K AO1 R T | EH1 S K AO0 R T
console | K AH0 N S OW1 L | K AA1 N S OW0 L
perfect | P ER0 F EH1 K T | P ER1 F IH2 K T
separate | S EH1 P ER0 EY2 T | S EH1 P R AH0 T
estimate | EH1 S T AH0 M EY2 T | EH1 S T AH0 M AH0 T
alternate | AO1 L T ER0 N EY2 T | AO1 L T ER0 N AH0 T
moderate | M AA1 D ER0 EY2 T | M AA1 D ER0 AH0 T
advocate | AE1 D V AH0 K EY2 T | AE1 D V AH0 K AH0 T
duplicate | D UW1 P L AH0 K EY2 T | D UW1 P L AH0 K AH0 T
delegate | D EH1 L AH0 G EY2 T | D EH1 L AH0 G AH0 T
deliberate | D IH0 L IH1 B ER0 EY2 T | D IH0 L IH1 B ER0 AH0 T
elaborate | IH0 L AE1 B ER0 EY2 T | IH0 L AE1 B R AH0 T
graduate | G R AE1 JH AH0 W EY2 T | G R AE1 JH AH0 W AH0 T
animate | AE1 N AH0 M EY2 T | AE1 N AH0 M AH0 T
house | HH AW1 Z | HH AW1 S
excuse | IH0 K S K Y UW1 Z | IH0 K S K Y UW1 S
abuse | AH0 B Y UW1 Z | AH0 B Y UW1 S
`;

/** Readings in order; the first whose test holds is taken. */
const PARTICULAR: Readonly<Record<string, readonly Reading[]>> = {
  read: [
    {
      when: any(({ before }) => HAVE_OR_BE.has(before), beforeIs("he she it already just")),
      phones: "R EH1 D",
    },
    { when: ({ twoBefore, before }) => HAVE_OR_BE.has(twoBefore) && before !== "to", phones: "R EH1 D" },
    { when: always, phones: "R IY1 D" },
  ],
  lead: [
    {
      when: afterIs("pipe pipes bullet bullets ball balls paint weight weights ingot ingots poisoning"),
      phones: "L EH1 D",
    },
    { when: beforeIs("of like molten liquid"), phones: "L EH1 D" },
    { when: always, phones: "L IY1 D" },
  ],
  live: [
    { when: beforeIs("a an go goes went going"), phones: "L AY1 V" },
    {
      when: afterIs(
        "music show ammo ammunition wire stream broadcast bait performance fire concert rounds grenade",
      ),
      phones: "L AY1 V",
    },
    { when: always, phones: "L IH1 V" },
  ],
  lives: [
    {
      when: beforeIs("our their your my his her of the nine many three two more extra past other both save"),
      phones: "L AY1 V Z",
    },
    {
      when: beforeIs("no four five six seven eight ten hundred thousand innocent these those all"),
      phones: "L AY1 V Z",
    },
    { when: always, phones: "L IH1 V Z" },
  ],
  wind: [
    { when: both(afterVerbCue, ({ after }) => after !== ""), phones: "W AY1 N D" },
    { when: both(afterIs("up down back"), ({ before }) => !BEFORE_NOUN.has(before)), phones: "W AY1 N D" },
    { when: always, phones: "W IH1 N D" },
  ],
  tear: [
    {
      when: any(afterVerbCue, afterIs("apart down up off out through it him them open into")),
      phones: "T EH1 R",
    },
    { when: always, phones: "T IH1 R" },
  ],
  bow: [
    { when: both(afterVerbCue, ({ after }) => !BEFORE_NOUN.has(after)), phones: "B AW1" },
    { when: afterIs("before down to"), phones: "B AW1" },
    {
      when: ({ twoBefore, before }) => before === "a" && /^(?:take|takes|took|taking)$/.test(twoBefore),
      phones: "B AW1",
    },
    { when: always, phones: "B OW1" },
  ],
  bowed: [{ when: always, phones: "B AW1 D" }],
  close: [
    {
      when: both(
        any(afterVerbCue, ({ after }) => OBJECT.has(after)),
        ({ after }) => after !== "to",
      ),
      phones: "K L OW1 Z",
    },
    { when: ({ before, after }) => before === "" && after !== "to" && after !== "by", phones: "K L OW1 Z" },
    { when: always, phones: "K L OW1 S" },
  ],
  use: [
    { when: ({ before }) => BEFORE_NOUN.has(before) && before !== "that", phones: "Y UW1 S" },
    { when: beforeIs("good better little much what there's personal everyday"), phones: "Y UW1 S" },
    { when: always, phones: "Y UW1 Z" },
  ],
  content: [
    {
      when: beforeIs(
        "am is are was were be been i'm you're he's she's we're they're seem seems feel very quite",
      ),
      phones: "K AH0 N T EH1 N T",
    },
    { when: always, phones: "K AA1 N T EH0 N T" },
  ],
  minute: [
    {
      when: any(
        beforeIs("very so too most"),
        afterIs("detail details amount amounts difference differences"),
      ),
      phones: "M AY0 N UW1 T",
    },
    { when: always, phones: "M IH1 N AH0 T" },
  ],
  wound: [
    {
      when: both(
        afterIs("up down around through its his her tight"),
        ({ before }) => !BEFORE_NOUN.has(before),
      ),
      phones: "W AW1 N D",
    },
    { when: always, phones: "W UW1 N D" },
  ],
  sow: [
    { when: beforeIs("a the old that this fat"), phones: "S AW1" },
    { when: always, phones: "S OW1" },
  ],
  dove: [
    { when: beforeIs("he she they i we it and"), phones: "D OW1 V" },
    { when: always, phones: "D AH1 V" },
  ],
  bass: [
    {
      when: any(afterIs("fish fishing"), beforeIs("catch caught largemouth sea fishing")),
      phones: "B AE1 S",
    },
    { when: always, phones: "B EY1 S" },
  ],
  polish: [
    { when: ({ capital, before }) => capital && before !== "", phones: "P OW1 L IH0 SH" },
    { when: always, phones: "P AA1 L IH0 SH" },
  ],
  invalid: [
    { when: beforeIs("an the old poor"), phones: "IH1 N V AH0 L AH0 D" },
    { when: always, phones: "IH0 N V AE1 L AH0 D" },
  ],
  resume: [
    { when: beforeIs("a my your his her the"), phones: "R EH1 Z AH0 M EY2" },
    { when: always, phones: "R IH0 Z UW1 M" },
  ],
  tears: [
    { when: beforeIs("he she it who that"), phones: "T EH1 R Z" },
    { when: always, phones: "T IH1 R Z" },
  ],
};

function stressPair(line: string): [string, readonly Reading[]] {
  const [word = "", verb = "", noun = ""] = line.split(" | ");
  const isVerb = word.endsWith("s") ? any(afterVerbCue, beforeIs("he she it who")) : afterVerbCue;
  return [
    word,
    [
      { when: isVerb, phones: verb },
      { when: always, phones: noun },
    ],
  ];
}

const READINGS: ReadonlyMap<string, readonly Reading[]> = new Map([
  ...STRESS_PAIRS.trim().split("\n").map(stressPair),
  ...Object.entries(PARTICULAR),
]);

/** The pronunciation of a word spelled like another one, chosen by its neighbours; undefined for all other words. */
export function homographPhones(word: string, around: Neighbours): readonly string[] | undefined {
  const reading = READINGS.get(word)?.find(({ when }) => when(around));
  return reading?.phones.split(" ");
}
