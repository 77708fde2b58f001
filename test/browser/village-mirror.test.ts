import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { VoiceComponent } from "../../plugin/index.ts";
import { Position } from "../../sample-game/characters/components.ts";
import { BEFORE_MIRROR } from "../../sample-game/scene/layout.ts";
import type { Village } from "../../sample-game/village.ts";
import { enterVillage } from "./enter-village.ts";
import { forgetVoices, mirrorPanel, plainVoice, pressInMirror } from "./learn-at-once.ts";
import { PATIENCE_MS } from "./patience.ts";

let village: Village | undefined;

beforeEach(forgetVoices);
afterEach(async () => {
  village?.dispose();
  village = undefined;
  document.body.replaceChildren();
  await forgetVoices();
});

it("who stands before the mirror can let the reflection speak with a learned voice", async () => {
  village = await enterVillage();
  const { voices, reflection, cloning, stage } = village;
  voices.onQueued.add((line) => {
    if (line.eid !== reflection.eid) line.cancel();
  });
  await cloning.library.add(plainVoice("Ada", voices.manifest));
  expect(mirrorPanel().hidden).toBe(true);
  Position.x[stage.people.player] = BEFORE_MIRROR.x;
  Position.z[stage.people.player] = BEFORE_MIRROR.z;
  await vi.waitFor(() => expect(mirrorPanel().hidden).toBe(false), PATIENCE_MS);
  const spoken = new Promise<string>((resolve) => {
    voices.onEnded.add(({ line, end }) => {
      if (line.eid === reflection.eid) resolve(`${end.state} ${line.detail}`);
    });
  });
  await pressInMirror("Speak");
  expect(VoiceComponent.adapter[reflection.eid]).toBe("Ada");
  expect(await spoken).toBe("finished full");
});
