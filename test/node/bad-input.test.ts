import { cp, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseWav } from "../../runtime/audio/parse-wav.ts";
import { wavBytes } from "../audio/wav-bytes.ts";
import { glidingVoice } from "../speech/signals.ts";
import { fakeSynthesizer } from "./fake-synthesizer.ts";
import { runFakeSay, temporaryFolder, TINY_WEIGHTS } from "./run-say.ts";

/** Runs a command that must fail: one line on stderr that matches, this exit code, and no file in the folder. */
async function expectFailure(
  folder: string,
  args: readonly string[],
  message: RegExp,
  code = 1,
): Promise<void> {
  const before = await readdir(folder);
  const outcome = await runFakeSay([...args, "--out", join(folder, "out.wav")]);
  expect(outcome.stderr).toMatch(/^kalliope: [^\n]+\n$/);
  expect(outcome.stderr).toMatch(message);
  expect(outcome.stderr).not.toMatch(/\bat \S+:\d+|unexpected/);
  expect([outcome.code, outcome.stdout]).toEqual([code, ""]);
  expect(await readdir(folder)).toEqual(before);
}

describe("say: text that cannot be said", () => {
  it.each([
    ["empty", ""],
    ["whitespace", " \t\n "],
    ["emoji only", "\u{1F600}\u{1F525}"],
    ["control characters only", "\u0001\u0002\u001B"],
  ])("%s", async (_, text) => {
    await expectFailure(await temporaryFolder(), [text], /empty|nothing to say/);
  });

  it("control characters within a line are not spoken and not printed", async () => {
    const out = join(await temporaryFolder(), "a.wav");
    const { code, stdout } = await runFakeSay(["Halt!\u0000\u0007 Well\u001B[31m met.", "--out", out]);
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/(?!\n)\p{Cc}/u);
  });

  it("100,000 characters are written to disk while they are spoken", async () => {
    const folder = await temporaryFolder();
    const text = "All is well, and all shall be well. ".repeat(2800).slice(0, 100_000);
    const sizes: Promise<number>[] = [];
    const sizeNow = async () => {
      const [name] = await readdir(folder);
      return name === undefined ? 0 : (await stat(join(folder, name))).size;
    };
    const { create } = fakeSynthesizer((chunks) => {
      if (chunks === 1000) sizes.push(sizeNow());
    }, 0.01);
    const out = join(folder, "long.wav");
    const { code, stdout } = await runFakeSay([text, "--out", out], { createSynthesizer: create });
    expect(code).toBe(0);
    expect(stdout.length).toBeLessThan(2000);
    const samples = parseWav(await readFile(out)).channels[0]?.length ?? 0;
    expect(samples).toBeGreaterThan(20_000 * 160);
    expect(await sizes[0]).toBeGreaterThan(1_000_000);
  });
});

describe("say: wrong usage", () => {
  it("an unknown option", async () => {
    await expectFailure(await temporaryFolder(), ["Halt!", "--loud"], /Unknown option '--loud'/, 2);
  });

  it("an option without its value", async () => {
    await expectFailure(await temporaryFolder(), ["Halt!", "--take", "--json"], /--take/, 2);
  });
});

describe("say: paths", () => {
  it("an output folder that is not there", async () => {
    const { code, stderr } = await runFakeSay(["Halt!", "--out", "/no/such/folder/a.wav"]);
    expect([code, stderr]).toEqual([
      1,
      "kalliope: cannot write /no/such/folder/a.wav: no such file or folder\n",
    ]);
  });

  it("an output that is a folder, a device or below a file", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "file"), "");
    for (const [out, reason] of [
      [folder, "it is not an ordinary file"],
      ["/dev/null", "it is not an ordinary file"],
      [join(folder, "file/a.wav"), "a part of the path is not a folder"],
    ] as const) {
      const { code, stderr } = await runFakeSay(["Halt!", "--out", out]);
      expect([code, stderr]).toEqual([1, `kalliope: cannot write ${out}: ${reason}\n`]);
    }
    expect(await readdir(folder)).toEqual(["file"]);
  });

  it("timings that cannot be written leave no WAV either", async () => {
    await expectFailure(await temporaryFolder(), ["Halt!", "--timings", "/no/such/t.json"], /cannot write/);
  });

  it("a lexicon, a reference and a file of lines that are not there", async () => {
    const folder = await temporaryFolder();
    for (const option of ["--lexicon", "--reference"]) {
      await expectFailure(
        folder,
        ["Halt!", option, "/no/such"],
        /cannot read \/no\/such: no such file or folder/,
      );
    }
    const { code, stderr } = await runFakeSay(["--file", "/no/such", "--out-dir", join(folder, "new")]);
    expect([code, stderr]).toEqual([1, "kalliope: cannot read /no/such: no such file or folder\n"]);
    expect(await readdir(folder)).toEqual([]);
  });

  it("a file of lines that is empty, or not text", async () => {
    const folder = await temporaryFolder();
    const lines = join(folder, "lines.txt");
    for (const [content, reason] of [
      [" \n\n", "has no line to say"],
      [Uint8Array.of(0xff, 0xfe, 0x80), "is not UTF-8 text"],
    ] as const) {
      await writeFile(lines, content);
      const { code, stderr } = await runFakeSay(["--file", lines, "--out-dir", join(folder, "out")]);
      expect([code, stderr]).toEqual([1, `kalliope: ${lines} ${reason}\n`]);
    }
  });

  it("a lexicon that is not JSON, not an object of strings, or has an unknown phoneme", async () => {
    const folder = await temporaryFolder();
    const lexicon = join(folder, "l.json");
    for (const [content, message] of [
      ["{ Whiterun:\n\n }", /is not JSON/],
      ["[1, 2]", /must be one JSON object/],
      ['{ "Whiterun": 5 }', /must be one JSON object/],
      ['{ "Whiterun": "W XX1" }', /Whiterun/],
    ] as const) {
      await writeFile(lexicon, content);
      await expectFailure(folder, ["Halt!", "--lexicon", lexicon], message);
    }
  });
});

describe("say: weights", () => {
  /** A copy of the tiny weights with one thing wrong. */
  async function expectRefused(damage: (weights: string) => Promise<void>, message: RegExp): Promise<void> {
    const folder = await temporaryFolder();
    const weights = join(folder, "weights");
    await cp(TINY_WEIGHTS, weights, { recursive: true });
    await damage(weights);
    await expectFailure(folder, ["Halt!", "--weights", weights], message);
  }

  it("a folder that is not there", async () => {
    const folder = await temporaryFolder();
    await expectFailure(
      folder,
      ["Halt!", "--weights", join(folder, "none")],
      /manifest\.json .*no such file/,
    );
  });

  it("a missing file", () =>
    expectRefused(
      (weights) => rm(join(weights, "decoder.safetensors")),
      /decoder\.safetensors .*no such file/,
    ));

  it("a truncated file", () =>
    expectRefused(
      (weights) => truncate(join(weights, "lm-step.onnx"), 1000),
      /lm-step\.onnx has 1000 bytes/,
    ));

  it("a flipped bit", () =>
    expectRefused(async (weights) => {
      const path = join(weights, "language-model.safetensors");
      const bytes = await readFile(path);
      bytes[5000] = (bytes[5000] ?? 0) ^ 4;
      await writeFile(path, bytes);
    }, /language-model\.safetensors has the SHA-256 .* damaged/));

  it("another version", () =>
    expectRefused(async (weights) => {
      const path = join(weights, "manifest.json");
      const manifest = JSON.parse(await readFile(path, "utf8"));
      await writeFile(path, JSON.stringify({ ...manifest, version: 2 }));
    }, /version/));

  it("a manifest that is not JSON", () =>
    expectRefused((weights) => writeFile(join(weights, "manifest.json"), "{ \u0007\n"), /manifest/));
});

describe("say: reference audio", () => {
  async function expectRefused(bytes: Uint8Array, message: RegExp): Promise<void> {
    const folder = await temporaryFolder();
    const reference = join(folder, "me.wav");
    await writeFile(reference, bytes);
    await expectFailure(folder, ["Halt!", "--reference", reference], message);
  }

  it("silent", () => expectRefused(wavBytes(new Float32Array(32_000)), /me\.wav: the reference is silent/));

  it("clipped", () =>
    expectRefused(
      wavBytes(glidingVoice(120, 16_000, 2).map((sample) => Math.max(-1, Math.min(1, sample * 20)))),
      /me\.wav: the reference is clipped/,
    ));

  it("0.2 s", () => expectRefused(wavBytes(glidingVoice(120, 16_000, 0.2)), /0\.20 s long; at least 1 s/));

  it("not audio", () => expectRefused(new TextEncoder().encode("# Notes\n\nHalt!"), /not a WAV recording/));

  it("a folder", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "me.wav"));
    await expectFailure(folder, ["Halt!", "--reference", join(folder, "me.wav")], /it is a folder/);
  });

  it("8 kHz is used, with a warning", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "me.wav"), wavBytes(glidingVoice(120, 8000, 2), { sampleRateHz: 8000 }));
    const args = ["Halt!", "--reference", join(folder, "me.wav"), "--out", join(folder, "a.wav")];
    const { code, stderr } = await runFakeSay(args);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^kalliope: warning: the reference is narrow band \(8000 Hz\)[^\n]+\n$/);
  });

  it("stereo at 48 kHz is resampled, without a warning", async () => {
    const folder = await temporaryFolder();
    const left = glidingVoice(120, 48_000, 2);
    const stereo = Float32Array.from({ length: left.length * 2 }, (_, i) => left[i >> 1] ?? 0);
    await writeFile(join(folder, "me.wav"), wavBytes(stereo, { channels: 2, sampleRateHz: 48_000 }));
    const { create, calls } = fakeSynthesizer();
    const args = ["Halt!", "--reference", join(folder, "me.wav"), "--out", join(folder, "a.wav")];
    const { code, stderr } = await runFakeSay(args, { createSynthesizer: create });
    expect([code, stderr]).toEqual([0, ""]);
    expect(calls.embedded[0]?.length).toBe(32_000);
  });
});
