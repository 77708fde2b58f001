import { describe, expect, it } from "vitest";
import { createLipSync } from "../../../plugin/babylon/lip-sync.ts";
import type { MouthPose } from "../../../plugin/babylon/mouth-pose.ts";
import { createTeller } from "../../../plugin/listeners.ts";
import type { LineEnd, VoiceLine } from "../../../plugin/voices.ts";
import type { SpeechEvent } from "../../../runtime/speech/speech-events.ts";
import type { Viseme } from "../../../runtime/text/visemes.ts";

const refuse = (error: unknown) => {
  throw error;
};

/** A mouth of entity 7, its last pose, and what the voices say. */
function stage() {
  const onEvent = createTeller<{ line: VoiceLine; event: SpeechEvent }>(refuse);
  const onEnded = createTeller<{ line: VoiceLine; end: LineEnd }>(refuse);
  const line = { eid: 7 } as VoiceLine;
  const shown: MouthPose[] = [];
  let level = 0;
  const lips = createLipSync({ onEvent, onEnded }, (eid) => (eid === 7 ? level : 0));
  const unbind = lips.bind(7, (pose) => shown.push({ ...pose, weights: { ...pose.weights } }));
  return {
    lips,
    unbind,
    shown,
    say: (viseme: Viseme) =>
      onEvent.tell({ line, event: { kind: "viseme", viseme, sample: 0, timeSeconds: 0 } }),
    end: () => onEnded.tell({ line, end: { state: "finished", heardMs: 100 } }),
    setLevel: (next: number) => void (level = next),
  };
}

describe("lip sync", () => {
  it("crosses from shape to shape within 80 ms and closes the mouth at the end", () => {
    const { lips, shown, say, end } = stage();
    say("aa");
    lips.update(35);
    expect(shown.at(-1)).toMatchObject({ viseme: "aa", weights: { aa: 0.5, sil: 0.5 } });
    lips.update(45);
    expect(shown.at(-1)).toMatchObject({ weights: { aa: 1, sil: 0 }, openness: 1 });
    say("PP");
    lips.update(80);
    expect(shown.at(-1)).toMatchObject({ weights: { aa: 0, PP: 1 }, openness: 0 });
    say("O");
    lips.update(80);
    end();
    lips.update(80);
    expect(shown.at(-1)).toMatchObject({ viseme: "sil", weights: { sil: 1, O: 0 }, openness: 0 });
    const before = shown.length;
    lips.update(80);
    expect(shown.length).toBe(before); // a mouth at rest costs nothing
  });

  it("opens by the level of sound that has no visemes, and closes after it", () => {
    const { lips, shown, setLevel } = stage();
    setLevel(0.1);
    lips.update(16);
    expect(shown.at(-1)).toMatchObject({ viseme: "aa", openness: 0.5 });
    setLevel(9);
    lips.update(16);
    expect(shown.at(-1)?.openness).toBe(1);
    setLevel(0);
    lips.update(16);
    expect(shown.at(-1)?.openness).toBe(0);
  });

  it("follows visemes, not the level, when there are some", () => {
    const { lips, shown, say, setLevel } = stage();
    setLevel(9);
    say("PP");
    lips.update(80);
    expect(shown.at(-1)?.openness).toBe(0);
  });

  it("lets go of a face, and of all", () => {
    const { lips, unbind, shown, say } = stage();
    unbind();
    say("aa");
    lips.update(80);
    const again: MouthPose[] = [];
    lips.bind(7, (pose) => again.push(pose));
    lips.dispose();
    say("aa");
    lips.update(80);
    expect([shown.length, again.length]).toEqual([0, 0]);
  });
});
