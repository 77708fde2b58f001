import { describe, expect, it } from "vitest";
import { phonemize } from "../../runtime/text/phonemize.ts";
import { CAST, GATHERINGS } from "../../sample-game/characters/cast.ts";
import { mouthPoint, REST, VISEME_SHAPES } from "../../sample-game/characters/mouth-shapes.ts";
import { answerTo, createMemory, reflected, subjectOf } from "../../sample-game/dialogue/answers.ts";
import { PLACES, RULES } from "../../sample-game/dialogue/answer-rules.ts";
import { BARKS, MURMURS } from "../../sample-game/dialogue/barks.ts";
import { SCRIPTS } from "../../sample-game/dialogue/scripts.ts";
import { KEPT_OFF, pushedOut } from "../../sample-game/characters/move-people.ts";
import { SQUARE_RADIUS } from "../../sample-game/scene/layout.ts";
import { seeded } from "../../sample-game/seeded.ts";

const SPOKEN = [
  ...Object.values(SCRIPTS).flatMap((scripts) => scripts.flatMap((script) => script.map(([, text]) => text))),
  ...Object.values(BARKS).flat(),
  ...MURMURS,
  ...PLACES.map(([, answer]) => answer),
  ...RULES.flatMap(([, answers]) => answers.map((answer) => answer.replaceAll("$1", "your goose"))),
];

describe("what the village says", () => {
  it("is plenty, and every line of it can be spoken", async () => {
    expect(SPOKEN.length).toBeGreaterThan(150);
    for (const text of SPOKEN) {
      const segments = await phonemize(text);
      expect(segments.length, text).toBeGreaterThan(0);
    }
  });

  it("is said by people who stand where it is said", () => {
    for (const [place, scripts] of Object.entries(SCRIPTS)) {
      const present = GATHERINGS[place]!.members.map(([name]) => name);
      for (const script of scripts) for (const [name] of script) expect(present).toContain(name);
    }
  });
});

describe("the cast", () => {
  it("has at least twelve people, each with a place of their own", () => {
    expect(CAST.length).toBeGreaterThanOrEqual(12);
    const placed = Object.values(GATHERINGS).flatMap(({ members }) => members.map(([name]) => name));
    expect(placed.toSorted()).toEqual(CAST.map(({ name }) => name).toSorted());
  });
});

describe("mouths", () => {
  it("open for vowels and shut for lips", () => {
    const gap = (viseme: string) => {
      const shape = VISEME_SHAPES[viseme]!;
      return mouthPoint(shape, 2, 5).y - mouthPoint(shape, 2, 15).y;
    };
    expect(gap("viseme_aa")).toBeGreaterThan(gap("viseme_E"));
    expect(gap("viseme_E")).toBeGreaterThan(gap("viseme_SS"));
    expect(gap("viseme_PP")).toBeCloseTo(0, 6);
  });

  it("push out for U and not for E", () => {
    const depth = (viseme: string) => mouthPoint(VISEME_SHAPES[viseme]!, 2, 5).z - mouthPoint(REST, 2, 5).z;
    expect(depth("viseme_U")).toBeGreaterThan(0.015);
    expect(depth("viseme_E")).toBeLessThan(depth("viseme_U") / 2);
  });
});

describe("Hester", () => {
  const ask = (text: string, memory = createMemory()) => answerTo(text, memory, seeded(1));

  it("turns the player's words round", () => {
    expect(reflected("tired of my boots!")).toBe("tired of your boots");
    expect(reflected("like your hat?")).toBe("like my hat");
  });

  it("uses them in her answers", () => {
    expect(ask("I need a new umbrella.")).toContain("a new umbrella");
    expect(ask("Penguins!")).toContain("penguins");
  });

  it("remembers a name and uses it", () => {
    const memory = createMemory();
    expect(ask("my name is MAUD", memory)).toContain("Maud");
    expect(ask("...", memory)).toContain("Maud");
  });

  it("knows where people are", () => {
    expect(ask("Where can I find the baker?")).toContain("Wynn");
  });

  it("says something to whatever is typed", () => {
    for (const text of ["", "   ", "????", "ß∂ƒ", "a".repeat(500), "<b>hi</b>", "$1 $& $$"]) {
      expect(ask(text).length, text).toBeGreaterThan(5);
    }
    expect(subjectOf("the and of")).toBeUndefined();
  });
});

describe("walking", () => {
  it("never ends inside something or outside the square", () => {
    for (const { x, z, radius } of KEPT_OFF) {
      const free = pushedOut({ x: x + 0.01, z }, KEPT_OFF);
      const isInSquare = Math.hypot(x, z) + radius < SQUARE_RADIUS - 1;
      if (isInSquare) expect(Math.hypot(free.x - x, free.z - z)).toBeGreaterThan(radius);
      expect(Math.hypot(free.x, free.z)).toBeLessThanOrEqual(SQUARE_RADIUS + 1e-9);
    }
  });
});
