import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readVoiceFile, writeVoiceFile } from "../../runtime/adapt/voice-file.ts";
import { LEARN_SETTINGS } from "../../runtime/adapt/learn-settings.ts";
import { consentStatement } from "../../runtime/adapt/consent.ts";
import { CLONE_OPTIONS, cloneHelp, parseCloneOptions } from "../../runtime/node/clone-options.ts";
import { learnedVoice } from "../adapt/learned-voice.ts";
import { wavBytes } from "../audio/wav-bytes.ts";
import { tinyManifest } from "../onnx/tiny-weights.ts";
import { glidingVoice, noise } from "../speech/signals.ts";
import { fakeSynthesizer } from "./fake-synthesizer.ts";
import { runFakeClone, runFakeSay, temporaryFolder } from "./run-say.ts";

const NOON = new Date("2026-03-01T12:00:00Z");
const CONSENT = ["--consent", consentStatement("Ada")];
const manifest = await tinyManifest();

/** A folder with me.wav: syllables of a voice, with pauses. */
async function recordingOf(seconds: number): Promise<{ folder: string; audio: string; out: string }> {
  const folder = await temporaryFolder();
  const audio = join(folder, "me.wav");
  const speech = glidingVoice(120, 16_000, seconds).map((sample, i) => (i % 6400 < 4000 ? sample : 0));
  await writeFile(audio, wavBytes(speech));
  return { folder, audio, out: join(folder, "me.voice") };
}

describe("clone options", () => {
  it("have defaults for all but the recording, its words and the consent", () => {
    expect(parseCloneOptions(["--audio", "me.wav", "--text", "Halt!", ...CONSENT], NOON)).toEqual({
      audio: "me.wav",
      text: "Halt!",
      consent: { statementVersion: 1, speaker: "Ada", givenAt: "2026-03-01T12:00:00.000Z", agreed: true },
      out: "out.voice",
      name: "Ada",
      steps: LEARN_SETTINGS.steps,
      lexicon: undefined,
      threads: 1,
      weights: undefined,
      json: false,
    });
  });

  it("are all in the help", () => {
    for (const name of Object.keys(CLONE_OPTIONS)) expect(cloneHelp()).toContain(`--${name}`);
    expect(parseCloneOptions(["-h"], NOON)).toBe("help");
  });
});

describe("clone", () => {
  it("learns a voice with consent and writes it; say speaks with it", async () => {
    const { audio, out, folder } = await recordingOf(4);
    const learning = fakeSynthesizer();
    const { code, stdout, stderr } = await runFakeClone(
      [
        "--audio",
        audio,
        "--text",
        "Halt!",
        ...CONSENT,
        "--out",
        out,
        "--steps",
        "20",
        "--name",
        "Ada at home",
      ],
      { createSynthesizer: learning.create },
    );
    expect([code, stderr]).toEqual([0, "reading...\n1/2 training, KL 0.100\n2/2 training, KL 0.050\n"]);
    expect(stdout).toMatch(/^voice +Ada at home, with the consent of Ada$/m);
    expect(stdout).toMatch(/^learned +50 steps in \d+ s from 4\.5 s of speech$/m);
    expect(learning.calls.learned).toMatchObject([{ transcript: "Halt!", steps: 20, name: "Ada at home" }]);
    expect(learning.calls.learned[0]?.samples.length).toBe(4 * 16_000);
    expect(learning.calls.disposed).toBe(1);
    const voice = readVoiceFile(new Uint8Array(await readFile(out)), manifest);
    expect(voice.consent).toMatchObject({ speaker: "Ada", givenAt: "2026-03-01T12:00:00.000Z" });

    const speaking = fakeSynthesizer();
    const said = await runFakeSay(["Halt!", "--adapter", out, "--out", join(folder, "a.wav")], {
      createSynthesizer: speaking.create,
    });
    expect([said.code, said.stderr]).toEqual([0, ""]);
    expect(said.stdout).toMatch(/^voice +learned .*me\.voice$/m);
    expect(speaking.calls.spoken).toMatchObject([
      { options: { voice: { latent: voice.latent }, adapter: voice.adapter } },
    ]);
  });

  it("prints JSON for programs", async () => {
    const { audio, out } = await recordingOf(4);
    const args = ["--audio", audio, "--text", "Halt!", ...CONSENT, "--out", out, "--json"];
    const { stdout } = await runFakeClone(args);
    expect(JSON.parse(stdout)).toMatchObject({
      file: out,
      name: "Ada",
      steps: 50,
      consent: { speaker: "Ada" },
    });
  });

  it.each([
    [
      "without consent",
      [],
      1,
      /voice is cloned only when its owner agrees.*"This is the voice of <name>, who agrees/,
    ],
    ["with another consent", ["--consent", "sure"], 1, /the consent is "sure".*"This is the voice of <name>/],
    ["with an unknown option", [...CONSENT, "--loud"], 2, /Unknown option '--loud'/],
    ["with words beside the options", [...CONSENT, "Halt!"], 2, /"Halt!" is no option/],
    ["with no steps", [...CONSENT, "--steps", "0"], 2, /--steps 0 is not allowed/],
    [
      "with weights that are not there",
      [...CONSENT, "--weights", "/no/such"],
      1,
      /manifest\.json.*could not be read/,
    ],
  ])("%s fails, and nothing is written", async (_, more, code, message) => {
    const { audio, out, folder } = await recordingOf(4);
    const outcome = await runFakeClone(["--audio", audio, "--text", "Halt!", "--out", out, ...more]);
    expect(outcome.stderr).toMatch(/^kalliope: [^\n]+\n$/);
    expect(outcome.stderr).toMatch(message);
    expect([outcome.code, outcome.stdout]).toEqual([code, ""]);
    expect(await readdir(folder)).toEqual(["me.wav"]);
  });

  it.each([
    ["--audio is missing", ["--text", "Halt!"]],
    ["--text is missing", ["--audio", "me.wav"]],
  ])("says that %s", async (message, args) => {
    const { code, stderr } = await runFakeClone([...args, ...CONSENT]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it("refuses recordings that cannot be learned from, by name", async () => {
    const { folder, audio, out } = await recordingOf(1);
    const steady = join(folder, "noise.wav");
    await writeFile(steady, wavBytes(noise(5 * 16_000).map((value) => value * 0.2)));
    const fails = async (path: string) => {
      const { code, stderr } = await runFakeClone(["--audio", path, "--text", "a", ...CONSENT, "--out", out]);
      expect(code).toBe(1);
      return stderr;
    };
    expect(await fails(audio)).toContain("me.wav: the recording is 1.0 s long; 3 to 30 s are needed");
    expect(await fails(steady)).toContain("noise.wav: the recording is noisy or is not speech");
    expect(await fails(join(folder, "none.wav"))).toContain("no such file");
    expect(await fails(join(folder, "noise.wav").replace("noise.wav", ""))).toContain("it is a folder");
  });

  it("cannot write where there is no folder, and knows it before it learns", async () => {
    const { audio } = await recordingOf(4);
    const { create, calls } = fakeSynthesizer();
    const args = ["--audio", audio, "--text", "a", ...CONSENT, "--out", "/no/such/folder/me.voice"];
    const { code, stderr } = await runFakeClone(args, { createSynthesizer: create });
    expect([code, stderr]).toEqual([
      1,
      "kalliope: cannot write /no/such/folder/me.voice: no such file or folder\n",
    ]);
    expect(calls.created).toEqual([]);
  });

  it("leaves nothing half when interrupted", async () => {
    const { audio, out, folder } = await recordingOf(4);
    const stop = new AbortController();
    const stderr = {
      isTTY: false,
      write: (text: string) => {
        if (text.startsWith("1/")) stop.abort();
      },
    };
    const args = ["--audio", audio, "--text", "a", ...CONSENT, "--out", out, "--steps", "40"];
    const { code, stdout } = await runFakeClone(args, { signal: stop.signal, stderr });
    expect([code, stdout]).toEqual([130, ""]);
    expect(await readdir(folder)).toEqual(["me.wav"]);
  });
});

describe("say --adapter", () => {
  it.each([
    ["a file that is not there", undefined, /cannot read .*: no such file/],
    ["a file of something else", new TextEncoder().encode("RIFF and so on, a WAV"), /the voice file is none/],
    ["half a file", writeVoiceFile(learnedVoice(manifest)).subarray(0, 1000), /truncated/],
    [
      "a voice of another model",
      writeVoiceFile(learnedVoice(manifest, { model: "ab".repeat(32) })),
      /for the model/,
    ],
  ])("refuses %s", async (_, bytes, message) => {
    const folder = await temporaryFolder();
    const path = join(folder, "me.voice");
    if (bytes !== undefined) await writeFile(path, bytes);
    const before = await readdir(folder);
    const args = ["Halt!", "--adapter", path, "--out", join(folder, "a.wav")];
    const { code, stderr } = await runFakeSay(args);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^kalliope: [^\n]+\n$/);
    expect(stderr).toMatch(message);
    expect(await readdir(folder)).toEqual(before);
  });

  it.each(["--seed", "--reference"])("excludes %s", async (option) => {
    const { code, stderr } = await runFakeSay(["Halt!", "--adapter", "a.voice", option, "7"]);
    expect(code).toBe(2);
    expect(stderr).toContain("both name a voice; give one of them");
  });
});
