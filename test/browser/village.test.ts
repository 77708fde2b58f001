import { afterEach, expect, it, vi } from "vitest";
import type { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import type { Village } from "../../sample-game/village.ts";
import type { VoiceLine, VoicePlugin } from "../../plugin/index.ts";
import { enterVillage } from "./enter-village.ts";

let village: Village | undefined;

afterEach(() => {
  village?.dispose();
  village = undefined;
  document.body.replaceChildren();
});

interface Heard {
  readonly loudest: number;
  readonly widestMouth: number;
  readonly words: readonly string[];
  readonly subtitles: string;
}

/** Watches and listens to a line from its beginning to its end. */
async function follow({ voices, stage }: Village, line: VoiceLine): Promise<Heard> {
  const words: string[] = [];
  line.onWord.add(({ text }) => words.push(text));
  const mouth = stage.people.figures.get(line.eid)!.mouth;
  let [loudest, widestMouth, subtitles] = [0, 0, ""];
  const observer = stage.scene.onAfterRenderObservable.add(() => {
    loudest = Math.max(loudest, voices.levelOf(line.eid));
    widestMouth = Math.max(widestMouth, opennessOf(mouth));
    subtitles ||= document.querySelector(".kalliope-subtitles .said")?.textContent ?? "";
  });
  await line.finished;
  stage.scene.onAfterRenderObservable.remove(observer);
  return { loudest, widestMouth, words, subtitles };
}

function opennessOf({ morphTargetManager }: Mesh): number {
  const targets = Array.from({ length: morphTargetManager?.numTargets ?? 0 }, (_, index) =>
    morphTargetManager!.getTarget(index),
  );
  const moved = targets.filter(({ name }) => name !== "viseme_sil").map(({ influence }) => influence);
  return Math.max(0, ...moved);
}

/** Everybody but the one that the test listens to. */
function silenceOthers(voices: VoicePlugin, eid: number): void {
  voices.onQueued.add((line) => {
    if (line.eid !== eid) line.cancel();
  });
}

it("starts on the Worker backend, and Hester answers what was typed: heard, with moving lips and subtitles", async () => {
  const errors = vi.spyOn(console, "error");
  village = await enterVillage();
  const { director, voices, stage } = village;
  expect(voices.stats.backend).toMatch(/worker/i);
  expect(stage.people.figures.size).toBeGreaterThan(12);
  silenceOthers(voices, stage.people.eids.hester);

  const line = director.ask("Hello!");
  expect(line.text).not.toBe("");
  const heard = await follow(village, line);

  expect(line.state).toBe("finished");
  expect(line.error).toBeUndefined();
  expect(heard.loudest).toBeGreaterThan(0.001);
  expect(heard.words.length).toBeGreaterThan(2);
  expect(heard.widestMouth).toBeGreaterThan(0.1);
  expect(heard.subtitles).not.toBe("");
  expect(voices.stats.firstSoundMs.length).toBeGreaterThan(0);
  expect(document.querySelector(".panel")?.textContent).toContain("Worker");
  expect(errors.mock.calls).toEqual([]);
});
