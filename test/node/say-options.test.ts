import { describe, expect, it } from "vitest";
import { UsageError } from "../../runtime/node/command-errors.ts";
import { sayHelp } from "../../runtime/node/say-help.ts";
import { parseSayOptions, SAY_OPTIONS } from "../../runtime/node/say-options.ts";

describe("say options", () => {
  it("have defaults for all but the line", () => {
    expect(parseSayOptions(["Halt!"])).toEqual({
      source: { kind: "text", text: "Halt!" },
      out: "out.wav",
      seed: "1",
      reference: undefined,
      adapter: undefined,
      speed: 1,
      temperature: undefined,
      backend: "onnx",
      take: 0,
      style: undefined,
      intensity: undefined,
      timings: undefined,
      lexicon: undefined,
      threads: 1,
      weights: undefined,
      json: false,
    });
  });

  it("are read", () => {
    const args =
      "--seed 0xffffffff00000002 --speed .5 --temperature 0 --take 7 --threads 2 --json --backend onnx";
    expect(parseSayOptions(["Halt!", ...args.split(" "), "--out", "a b.wav"])).toMatchObject({
      seed: "0xffffffff00000002",
      speed: 0.5,
      temperature: 0,
      take: 7,
      threads: 2,
      json: true,
      out: "a b.wav",
    });
  });

  it("name the style", () => {
    expect(parseSayOptions(["Hush.", "--style", "whisper", "--intensity", "0.7"])).toMatchObject({
      style: "whisper",
      intensity: 0.7,
    });
    expect(parseSayOptions(["Hush.", "--style", "neutral"])).toMatchObject({ style: "neutral" });
  });

  it("name the source of the words", () => {
    const sourceOf = (...args: string[]) => {
      const options = parseSayOptions(args);
      return options === "help" ? options : options.source;
    };
    expect(sourceOf("Who", "goes", "there?")).toEqual({ kind: "text", text: "Who goes there?" });
    expect(sourceOf("-")).toEqual({ kind: "stdin" });
    expect(sourceOf("--", "-5 degrees")).toEqual({ kind: "text", text: "-5 degrees" });
    expect(sourceOf("--file", "a.txt", "--out-dir", "d")).toEqual({
      kind: "file",
      path: "a.txt",
      outDir: "d",
    });
    expect(sourceOf("")).toEqual({ kind: "text", text: "" });
  });

  it.each([
    [["Halt!", "--style", "singing"], "--style singing is not known; allowed: neutral, whisper, shout"],
    [["Halt!", "--intensity", "0.5"], "--intensity needs --style"],
    [["Halt!", "--style", "neutral", "--intensity", "0.5"], "--intensity needs --style"],
    [
      ["Halt!", "--style", "shout", "--intensity", "2"],
      "--intensity 2 is not allowed: give a number from 0.01 to 1",
    ],
    [["Halt!", "--sped", "2"], "Unknown option '--sped'"],
    [["Halt!", "--out"], "--out <value>' argument missing"],
    [["Halt!", "--out="], "--out needs a value"],
    [["Halt!", "--json=yes"], "does not take an argument"],
    [["Halt!", "--speed", "fast"], "--speed fast is not allowed: give a number from 0.5 to 2"],
    [["Halt!", "--speed", "2.5"], "from 0.5 to 2"],
    [["Halt!", "--speed", ""], "--speed needs a value"],
    [["Halt!", "--temperature", "1.1"], "from 0 to 1"],
    [["Halt!", "--temperature=-0.1"], "from 0 to 1"],
    [["Halt!", "--take", "1.5"], "give a whole number from 0 to 4294967295"],
    [["Halt!", "--threads", "0"], "from 1 to 64"],
    [["Halt!", "--seed", "bob"], '--seed: Seed "bob" is not a voice'],
    [["Halt!", "--seed", "18446744073709551616"], "from 0 to 2^64 - 1"],
    [["Halt!", "--seed", "1", "--reference", "me.wav"], "give one of them"],
    [["Halt!", "--backend", "cuda"], "--backend cuda is not known; allowed: onnx, webgpu, auto"],
    [["Halt!", "--backend", "webgpu", "--threads", "2"], "--threads is for the onnx backend"],
    [[], "nothing to say"],
    [["Halt!", "--out-dir", "d"], "--out-dir is for --file"],
    [["--file", "a.txt"], "--file needs --out-dir"],
    [["Halt!", "--file", "a.txt", "--out-dir", "d"], "not both"],
    [["--file", "a.txt", "--out-dir", "d", "--out", "o.wav"], "--out is for a single line"],
  ])("refuse %j", (args, message) => {
    expect(() => parseSayOptions(args)).toThrow(UsageError);
    expect(() => parseSayOptions(args)).toThrow(message);
  });

  it("are all in the help table", () => {
    expect(parseSayOptions(["--help"])).toBe("help");
    expect(parseSayOptions(["Halt!", "-h"])).toBe("help");
    for (const name of Object.keys(SAY_OPTIONS)) expect(sayHelp()).toContain(`  --${name}`);
  });
});
