import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parseWav } from "../../runtime/audio/parse-wav.ts";
import { wavBytes } from "../audio/wav-bytes.ts";
import { glidingVoice } from "../speech/signals.ts";
import { type SayOutcome, temporaryFolder, TINY_WEIGHTS } from "./run-say.ts";

const CLI = fileURLToPath(new URL("../../runtime/node/cli.ts", import.meta.url));

/** Starting Node, the dictionary and the model takes a while on a busy machine. */
const PROCESS_TIMEOUT_MS = 600_000;

/** Runs the real command. `onStart` gets a function that sends it a signal. */
function runCli(
  args: readonly string[],
  onStart: (kill: (signal: NodeJS.Signals) => void) => void = () => undefined,
): Promise<SayOutcome> {
  const child = spawn(process.execPath, ["--import", "tsx", CLI, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const written = { stdout: "", stderr: "" };
  child.stdout.on("data", (data: Buffer) => (written.stdout += data.toString()));
  child.stderr.on("data", (data: Buffer) => (written.stderr += data.toString()));
  onStart((signal) => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? -1, ...written }));
  });
}

const say = (...args: string[]) => runCli(["say", "--weights", TINY_WEIGHTS, ...args]);

describe("the command line, as a process", { timeout: PROCESS_TIMEOUT_MS }, () => {
  it("says a line: the same command, the same bytes; another seed, others", async () => {
    const folder = await temporaryFolder();
    const hashOf = async (...args: string[]) => {
      const out = join(folder, "a.wav");
      const { code, stderr, stdout } = await say("Halt! Who goes there?", "--out", out, ...args);
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).toMatch(/^phonemes +HH AO1 L T ! +HH UW1/m);
      const bytes = await readFile(out);
      expect(parseWav(bytes).channels[0]?.length).toBeGreaterThan(1280);
      return createHash("sha256").update(bytes).digest("hex");
    };
    const first = await hashOf("--seed", "42");
    expect(await hashOf("--seed", "42")).toBe(first);
    expect(await hashOf("--seed", "0x2b")).not.toBe(first);
    expect(await readdir(folder)).toEqual(["a.wav"]);
  });

  it("says a line in the voice of a recording, with JSON and timings", async () => {
    const folder = await temporaryFolder();
    const [reference, out, timings] = ["me.wav", "a.wav", "t.json"].map((name) => join(folder, name));
    if (reference === undefined || out === undefined || timings === undefined) return;
    await writeFile(reference, wavBytes(glidingVoice(120, 16_000, 1.2)));
    const args = [
      "Halt!",
      "--reference",
      reference,
      "--out",
      out,
      "--timings",
      timings,
      "--json",
      "--speed",
      "1.25",
    ];
    const { code, stdout, stderr } = await say(...args);
    expect([code, stderr]).toEqual([0, ""]);
    const [line] = JSON.parse(stdout).lines;
    const samples = parseWav(await readFile(out)).channels[0]?.length ?? 0;
    expect(line.durationSeconds).toBe(samples / 16_000);
    const { events } = JSON.parse(await readFile(timings, "utf8")).lines[0];
    expect(events.at(-1)).toMatchObject({ kind: "end", sample: samples });
  });

  it("fails with one line and no file when the text cannot be said", async () => {
    const folder = await temporaryFolder();
    const { code, stdout, stderr } = await say("\u{1F600}", "--out", join(folder, "a.wav"));
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^kalliope: [^\n]*nothing to say[^\n]*\n$/);
    expect(await readdir(folder)).toEqual([]);
  });

  it("refuses unknown commands and options with one line and exit code 2", async () => {
    expect(await runCli(["sing"])).toEqual({
      code: 2,
      stdout: "",
      stderr:
        'kalliope: unknown command "sing"; usage: kalliope say "<line>" [options], or say --help; or clone --help; or shrink --help\n',
    });
    const { code, stderr } = await say("Halt!", "--loud");
    expect(code).toBe(2);
    expect(stderr).toMatch(/^kalliope: Unknown option '--loud'[^\n]*\n$/);
  });

  it("leaves no half file on Ctrl-C", async () => {
    const folder = await temporaryFolder();
    const text = "All is well, and all shall be well. ".repeat(2000);
    const args = ["say", "--weights", TINY_WEIGHTS, text, "--out", join(folder, "a.wav")];
    const outcome = await runCli(args, (kill) => {
      const timer = setInterval(async () => {
        if ((await readdir(folder)).length === 0) return;
        clearInterval(timer);
        kill("SIGINT");
      }, 50);
    });
    expect(outcome).toMatchObject({ code: 130, stdout: "" });
    expect(outcome.stderr).toMatch(/^kalliope: interrupted[^\n]*\n$/);
    expect(await readdir(folder)).toEqual([]);
  });
});
