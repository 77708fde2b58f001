import { afterEach, beforeEach, expect, it, vi } from "vitest";
import {
  openVoiceCloning,
  type CloningState,
  type LearnedVoice,
  type LearnedVoices,
  type LearnProgress,
  type Manifest,
  type VoiceCloning,
} from "../../plugin/index.ts";
import { parseManifest } from "../../runtime/manifest.ts";
import { createMirrorPanel, type MirrorPanel } from "../../sample-game/hud/mirror/mirror-panel.ts";
import { forgetVoices, learnAtOnce, mirrorButton, mirrorPanel, pressInMirror } from "./learn-at-once.ts";
import { PATIENCE_MS } from "./patience.ts";

let manifest: Manifest;
let panel: MirrorPanel;
let cloning: VoiceCloning;
let heard: { seconds: number; transcript: string }[];
let said: [string, string | undefined][];

beforeEach(async () => {
  await forgetVoices();
  manifest = parseManifest(await (await fetch("/test/fixtures/tiny/manifest.json")).text());
  [heard, said] = [[], []];
  await openPanel();
});
afterEach(async () => {
  vi.restoreAllMocks();
  panel.dispose();
  cloning.controller.dispose();
  await forgetVoices();
});

function knownVoices(): LearnedVoices {
  const known = new Map<string, LearnedVoice>();
  return {
    get names() {
      return [...known.keys()];
    },
    get: (name) => known.get(name),
    set: (name, voice) => void known.set(name, voice),
    delete: async (name) => void known.delete(name),
    rename: () => Promise.reject(new Error("not used")),
  };
}

/** Opens the mirror with the voices that the page has stored, and stands before it. */
async function openPanel(learner = learnAtOnce(manifest, heard)): Promise<void> {
  const idleBackend = () => {
    throw new Error("not used");
  };
  const voices = { idleBackend, learned: knownVoices(), manifest };
  cloning = await openVoiceCloning(voices, { learner });
  panel = createMirrorPanel({
    parent: document.body,
    canvas: document.createElement("canvas"),
    cloning,
    say: (voice, text) => said.push([voice, text]),
  });
  panel.update(true);
}

async function reach(stage: CloningState["stage"]): Promise<void> {
  await vi.waitFor(() => expect(cloning.controller.state.stage).toBe(stage), PATIENCE_MS);
}

function fill(selector: string, value: string): void {
  const field = mirrorPanel().querySelector<HTMLInputElement>(selector)!;
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Gives the mirror a recording instead of speaking to it. */
async function giveRecording(transcript: string): Promise<void> {
  fill("textarea", transcript);
  const wav = await (await fetch("/out/fake-microphone.wav")).blob();
  const files = new DataTransfer();
  files.items.add(new File([wav], "me.wav"));
  const input = mirrorPanel().querySelector<HTMLInputElement>("input[type=file]")!;
  input.files = files.files;
  input.dispatchEvent(new Event("change"));
  await reach("recorded");
}

it("leads from the sentence to a voice, which stays until it is told to forget it", async () => {
  await pressInMirror("Read to the mirror");
  const { sentence } = cloning.controller;
  await pressInMirror("Start");
  await reach("listening");
  expect(mirrorPanel().textContent).toContain(sentence);
  const level = () =>
    Number.parseFloat(mirrorPanel().querySelector<HTMLElement>(".mirror-level")!.style.width);
  await vi.waitFor(() => expect(level()).toBeGreaterThan(20), PATIENCE_MS);
  await vi.waitFor(
    () => expect(mirrorPanel().textContent).toMatch(/Listening, ([4-9]|\d\d)\.\d s/),
    PATIENCE_MS,
  );
  await pressInMirror("Done");
  expect(cloning.controller.state).toMatchObject({ stage: "recorded", take: { problem: undefined } });
  await pressInMirror("Go on");
  expect(mirrorButton("Learn my voice")?.disabled).toBe(true);
  fill(".mirror-field", "Ada");
  expect(mirrorButton("Learn my voice")?.disabled).toBe(true);
  expect(mirrorPanel().textContent).toContain("the voice of Ada");
  mirrorPanel().querySelector<HTMLInputElement>("[type=checkbox]")!.click();
  await pressInMirror("Learn my voice");
  await reach("done");
  expect(heard).toMatchObject([{ transcript: sentence }]);
  expect(heard[0]!.seconds).toBeGreaterThan(2.5);
  expect(said).toEqual([["Ada", undefined]]);
  fill(".mirror-field", "Good night.");
  await pressInMirror("Say");
  expect(said.at(-1)).toEqual(["Ada", "Good night."]);

  panel.dispose();
  cloning.controller.dispose();
  await openPanel();
  expect(cloning.library.list()).toMatchObject([{ name: "Ada", stored: true, problem: undefined }]);
  await pressInMirror("Speak");
  expect(said.at(-1)).toEqual(["Ada", undefined]);
  await pressInMirror("Forget");
  await vi.waitFor(() => expect(mirrorButton("Speak")).toBeUndefined(), PATIENCE_MS);
  expect(cloning.library.list()).toEqual([]);
});

it("can be skipped without a microphone, and takes a recording instead", async () => {
  vi.spyOn(navigator.mediaDevices, "getUserMedia").mockRejectedValue(new DOMException("no", "NotFoundError"));
  await pressInMirror("Read to the mirror");
  await vi.waitFor(() => expect(mirrorPanel().textContent).toContain("No microphone was found"), PATIENCE_MS);
  expect(mirrorPanel().querySelector<HTMLDetailsElement>("details")?.open).toBe(true);
  await giveRecording("What I said.");
  expect(cloning.controller.state).toMatchObject({
    transcript: "What I said.",
    take: { problem: undefined },
  });
  await pressInMirror("Cancel");
  await reach("idle");
  await pressInMirror("Not now");
  panel.update(true);
  expect(mirrorPanel().hidden).toBe(true);
  panel.update(false);
  panel.update(true);
  expect(mirrorPanel().hidden).toBe(false);
});

it("says what it does while it learns", async () => {
  panel.dispose();
  cloning.controller.dispose();
  let tell: ((progress: LearnProgress) => void) | undefined;
  const neverDone = new Promise<never>(() => undefined);
  await openPanel({
    learn: ({ onProgress }) => {
      tell = onProgress;
      return neverDone;
    },
    resume: () => neverDone,
  });
  await pressInMirror("Read to the mirror");
  await giveRecording("What I said.");
  await pressInMirror("Go on");
  fill(".mirror-field", "Ada");
  mirrorPanel().querySelector<HTMLInputElement>("[type=checkbox]")!.click();
  await pressInMirror("Learn my voice");
  await reach("learning");
  const bar = mirrorPanel().querySelector("progress")!;
  expect(mirrorPanel().textContent).toContain("The mirror goes over what you said");
  for (const [stage, act] of [
    ["fitting", "Finding"],
    ["rehearsing", "Rehearsing"],
    ["training", "Learning"],
  ] as const) {
    tell?.({ stage, step: 3, steps: 60 });
    expect(mirrorPanel().textContent).toContain(`${act} the voice of Ada, 3 of 60`);
    expect([bar.value, bar.max]).toEqual([3, 60]);
  }
});

it("lets go of the microphone when the player walks away, and says what is wrong with a file", async () => {
  await pressInMirror("Read to the mirror");
  await pressInMirror("Start");
  await reach("listening");
  panel.update(false);
  await reach("idle");
  panel.update(true);
  const files = new DataTransfer();
  files.items.add(new File(["nothing of a voice"], "me.voice"));
  const input = mirrorPanel().querySelector<HTMLInputElement>("input[accept='.voice']")!;
  input.files = files.files;
  input.dispatchEvent(new Event("change"));
  await vi.waitFor(
    () => expect(mirrorPanel().querySelector("[role=alert]")?.textContent).toMatch(/voice file/),
    PATIENCE_MS,
  );
  expect(cloning.library.list()).toEqual([]);
});
