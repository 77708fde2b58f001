import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseWav } from "../../runtime/audio/parse-wav.ts";
import { wavBytes } from "../audio/wav-bytes.ts";
import { glidingVoice } from "../speech/signals.ts";
import { fakeSynthesizer } from "./fake-synthesizer.ts";
import { inputOf, runFakeSay, temporaryFolder } from "./run-say.ts";

async function samplesOf(path: string): Promise<number> {
  return parseWav(await readFile(path)).channels[0]?.length ?? 0;
}

describe("say", () => {
  it("writes a marked WAV and prints phonemes, duration, first sound, speed and backend", async () => {
    const out = join(await temporaryFolder(), "halt.wav");
    const { code, stdout, stderr } = await runFakeSay([
      "Halt! Who goes there?",
      "--seed",
      "42",
      "--out",
      out,
    ]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^phonemes +HH AO1 L T ! +HH UW1 +G OW1 Z +DH EH1 R \?$/m);
    expect(stdout).toMatch(/^duration +0\.40 s$/m);
    expect(stdout).toMatch(/^first sound +10 ms/m);
    expect(stdout).toMatch(/^speed +[\d.]+x real time$/m);
    expect(stdout).toMatch(/^backend +onnx, 1 thread$/m);
    expect(stdout).toMatch(/^voice +seed 42$/m);
    expect(await samplesOf(out)).toBe(6400);
    expect((await readFile(out)).toString("latin1")).toMatch(
      /ISFT.{4}Kalliope 1\.2\.3\0.*ICMT.{4}synthetic speech\0/s,
    );
  });

  it("passes what was asked for to the model, and lets it go", async () => {
    const { create, calls } = fakeSynthesizer();
    const folder = await temporaryFolder();
    const lexicon = join(folder, "l.json");
    await writeFile(lexicon, '\uFEFF{ "Whiterun": "W AY1 T R AH0 N" }');
    const args = ["To Whiterun!", "--seed", "7", "--take", "3", "--threads", "2", "--lexicon", lexicon];
    const { stdout } = await runFakeSay([...args, "--out", join(folder, "a.wav")], {
      createSynthesizer: create,
    });
    expect(stdout).toContain("  W AY1 T R AH0 N !");
    expect(calls.created).toMatchObject([{ backend: "onnx", threads: 2 }]);
    expect(calls.spoken).toMatchObject([
      { text: "To Whiterun!", options: { voice: { seed: "7" }, take: 3, temperature: 0.3 } },
    ]);
    expect(calls.disposed).toBe(1);
  });

  it("prints JSON for programs", async () => {
    const out = join(await temporaryFolder(), "a.wav");
    const { stdout } = await runFakeSay(["Halt!", "--json", "--out", out, "--seed", "0xffffffffffffffff"]);
    expect(JSON.parse(stdout)).toMatchObject({
      backend: "onnx",
      threads: 1,
      voice: "seed 0xffffffffffffffff",
      lines: [{ file: out, text: "Halt!", phonemes: ["|HH", "AO1", "L", "T", "!"], durationSeconds: 0.1 }],
    });
  });

  it("reads the text from standard input", async () => {
    const out = join(await temporaryFolder(), "a.wav");
    const { code, stdout } = await runFakeSay(["-", "--out", out], {
      stdin: inputOf("Who goes ", "there?\n"),
    });
    expect(code).toBe(0);
    expect(stdout).toContain("HH UW1  G OW1 Z  DH EH1 R ?");
  });

  it("speaks faster by --speed and moves the timings with the sound", async () => {
    const folder = await temporaryFolder();
    const timingsAt = async (speed: string) => {
      const [out, timings] = [join(folder, "a.wav"), join(folder, "t.json")];
      await runFakeSay(["Halt! Who goes there?", "--speed", speed, "--out", out, "--timings", timings]);
      return { samples: await samplesOf(out), ...JSON.parse(await readFile(timings, "utf8")) };
    };
    const [normal, fast] = [await timingsAt("1"), await timingsAt("1.6")];
    expect(normal).toMatchObject({
      sampleRateHz: 16_000,
      samples: 6400,
      lines: [{ text: "Halt! Who goes there?" }],
    });
    expect(fast.samples).toBe(4000);
    expect(normal.lines[0].events.length).toBeGreaterThan(10);
    normal.lines[0].events.forEach((event: { sample: number }, i: number) => {
      const sample = Math.round(event.sample / 1.6);
      expect(fast.lines[0].events[i]).toEqual({ ...event, sample, timeSeconds: sample / 16_000 });
    });
  });

  it("takes the voice of a recording", async () => {
    const { create, calls } = fakeSynthesizer();
    const folder = await temporaryFolder();
    const reference = join(folder, "me.wav");
    await writeFile(reference, wavBytes(glidingVoice(120, 16_000, 1.5)));
    const args = ["Halt!", "--reference", reference, "--out", join(folder, "a.wav")];
    const { code, stdout, stderr } = await runFakeSay(args, { createSynthesizer: create });
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain(`reference ${reference}`);
    expect(calls.embedded[0]?.length).toBe(24_000);
    expect(calls.spoken[0]?.options.voice).toHaveProperty("latent");
  });

  it("replaces an older file only when it is done", async () => {
    const folder = await temporaryFolder();
    const out = join(folder, "a.wav");
    await writeFile(out, "older");
    expect((await runFakeSay(["", "--out", out])).code).toBe(1);
    expect(await readFile(out, "utf8")).toBe("older");
    expect((await runFakeSay(["Halt!", "--out", out])).code).toBe(0);
    expect(await samplesOf(out)).toBe(1600);
    expect(await readdir(folder)).toEqual(["a.wav"]);
  });

  it("prints the help and ends well", async () => {
    const { code, stdout } = await runFakeSay(["--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("--out-dir <folder>");
  });
});

describe("say --file", () => {
  it("says each line that is not empty into a numbered file", async () => {
    const folder = await temporaryFolder();
    const lines = join(folder, "lines.txt");
    await writeFile(lines, "Halt!\r\n\r\n  \nWho goes there?\nWell met.");
    const { code, stdout, stderr } = await runFakeSay([
      "--file",
      lines,
      "--out-dir",
      join(folder, "new/deep"),
    ]);
    expect(code).toBe(0);
    expect(await readdir(join(folder, "new/deep"))).toEqual(["001.wav", "002.wav", "003.wav"]);
    expect(stderr).toBe("1/3 001.wav 0.10 s\n2/3 002.wav 0.30 s\n3/3 003.wav 0.20 s\n");
    expect(stdout).toMatch(/^lines +3$/m);
    expect(stdout).toMatch(/^duration +0\.60 s$/m);
  });

  it("draws a bar on a terminal and takes it away", async () => {
    const folder = await temporaryFolder();
    const lines = join(folder, "lines.txt");
    await writeFile(lines, "Halt!\nWell met.\n");
    let drawn = "";
    const stderr = { isTTY: true, write: (text: string) => void (drawn += text) };
    await runFakeSay(["--file", lines, "--out-dir", folder], { stderr });
    expect(drawn).toContain(`[${"#".repeat(15)}${".".repeat(15)}] 1/2 001.wav 0.10 s`);
    expect(drawn.endsWith("\r\u001B[K")).toBe(true);
    expect(drawn).not.toContain("\n");
  });

  it("names a line that cannot be said, says the others, and fails", async () => {
    const folder = await temporaryFolder();
    const lines = join(folder, "lines.txt");
    await writeFile(lines, "Halt!\n\n\u{1F600}\nWell met.\n");
    const { code, stderr } = await runFakeSay(["--file", lines, "--out-dir", join(folder, "out"), "--json"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^kalliope: \S*lines\.txt:3: .*nothing to say/m);
    expect(await readdir(join(folder, "out"))).toEqual(["001.wav", "003.wav"]);
  });
});

describe("say, interrupted", () => {
  it("leaves no half file and exits with 130", async () => {
    const folder = await temporaryFolder();
    const stop = new AbortController();
    const { create, calls } = fakeSynthesizer((chunks) => (chunks === 2 ? stop.abort() : undefined));
    const args = [
      "One. Two. Three. Four.",
      "--out",
      join(folder, "a.wav"),
      "--timings",
      join(folder, "t.json"),
    ];
    const { code, stderr } = await runFakeSay(args, { createSynthesizer: create, signal: stop.signal });
    expect([code, stderr]).toEqual([130, "kalliope: interrupted; no unfinished file is left\n"]);
    expect(await readdir(folder)).toEqual([]);
    expect(calls.disposed).toBe(1);
  });
});
