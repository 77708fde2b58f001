import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { chromium, type Browser } from "playwright";
import { preview, type PreviewServer } from "vite";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CHROMIUM_PATH, SOFTWARE_FLAGS } from "../../browser.ts";
import { parseManifest } from "../../runtime/manifest.ts";
import { describeVoice, parseSeed, readVoiceRecord, type Seed } from "../../runtime/voice/index.ts";
import { readShipped } from "../onnx/tiny-weights.ts";
import { buildFreshApp } from "./fresh-app.ts";
import { pitchOf } from "./heard-pitch.ts";
import { openInspector, type Designer, type HeardLine } from "./inspector-driver.ts";
import { buildInspectorPage, HEARD_HZ } from "./inspector-page.ts";

const TIMEOUT_MS = 900_000;

let app: string;
let server: PreviewServer;
let browser: Browser;

beforeAll(async () => {
  app = await buildFreshApp();
  server = await preview({ root: app, configFile: false, preview: { port: 0 } });
  browser = await chromium.launch({ executablePath: CHROMIUM_PATH, args: [...SOFTWARE_FLAGS] });
}, TIMEOUT_MS);

afterAll(async () => {
  await browser?.close();
  await server?.close();
  if (app !== undefined) await rm(app, { recursive: true, force: true });
});

describe("the packed package in a new Vite app", () => {
  it("brings types and the shipped weights, but neither what only tests need nor the Inspector", () => {
    const folder = join(app, "node_modules/kalliope");
    expect(existsSync(join(folder, "dist/plugin/babylon/inspector/index.d.ts"))).toBe(true);
    expect(existsSync(join(app, "node_modules/@babylonjs/inspector"))).toBe(false);
    expect(existsSync(join(folder, "dist/plugin/index.d.ts"))).toBe(true);
    expect(existsSync(join(folder, "weights/small/decoder.safetensors"))).toBe(true);
    expect(existsSync(join(folder, "weights/small/golden"))).toBe(false);
    expect(existsSync(join(folder, "test"))).toBe(false);
  });

  it(
    "speaks from a Worker",
    async () => {
      const page = await browser.newPage();
      await page.goto(server.resolvedUrls?.local[0] ?? "");
      await page.waitForFunction(() => document.title.startsWith("{"), undefined, { timeout: TIMEOUT_MS });
      const result = JSON.parse(await page.title()) as Record<string, unknown>;
      expect(result).toMatchObject({
        state: "finished",
        detail: "full",
        words: ["Halt", "Who", "goes", "there"],
        tools: {
          wished: "deep",
          found: "high",
          kept: true,
          mixed: true,
          cast: 0,
          assigned: true,
          sides: "a",
          fields: true,
          observing: "function",
          runtime: true,
        },
      });
      expect(result["heardMs"]).toBeGreaterThan(800);
    },
    TIMEOUT_MS,
  );
});

describe("the Voice section of Babylon's Inspector", () => {
  let designer: Designer;

  beforeAll(async () => {
    const path = await buildInspectorPage(app);
    designer = await openInspector(browser, `${server.resolvedUrls?.local[0]}${path}`);
  }, TIMEOUT_MS);

  afterAll(() => designer?.close());

  beforeEach(async () => {
    await designer.select("guard");
    await designer.field("Seed").waitFor();
  });

  /** The component, `metadata.voice` and the field of the seed, which must agree. */
  async function chosenSeed(): Promise<Seed> {
    const { seedLo: lo, seedHi: hi, record } = await designer.guard();
    expect(parseSeed(await designer.field("Seed").inputValue())).toEqual({ lo, hi });
    expect(parseSeed(readVoiceRecord(record).seed)).toEqual({ lo, hi });
    return { lo, hi };
  }

  /** That a line came to the speakers as a whole, and not as silence. */
  function expectSpeech({ state, heardMs, samples }: HeardLine): void {
    expect(state).toBe("finished");
    expect(heardMs).toBeGreaterThan(500);
    expect(Math.abs(samples.length / HEARD_HZ - heardMs / 1000)).toBeLessThan(0.02 * (heardMs / 1000));
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    expect(Math.sqrt(power)).toBeGreaterThan(0.005);
  }

  it(
    "is there for every part of a body with a mouth, and for nothing else",
    async () => {
      const { page, field, select } = designer;
      expect(await field("Seed").inputValue()).toBe("0x000000000000002a");
      await select("camera");
      await field("Seed").waitFor({ state: "detached" });
      await select("head");
      await field("Seed").waitFor();
      await page.getByRole("treeitem").getByText("light", { exact: true }).click();
      await field("Seed").waitFor({ state: "detached" });
      await page.getByRole("treeitem").getByText("guard", { exact: true }).click();
      await field("Seed").waitFor();
    },
    TIMEOUT_MS,
  );

  it(
    "says its line, and what is typed instead",
    async () => {
      const own = await designer.hear(() => designer.press("Speak"));
      expectSpeech(own);
      expect(own.detail).toBe("full");
      await designer.type("Line to say", "Good night.");
      const typed = await designer.hear(() => designer.press("Speak"));
      expectSpeech(typed);
      expect(typed.text).toBe("Good night.");
      expect(typed.samples.length).toBeLessThan(0.6 * own.samples.length);
    },
    TIMEOUT_MS,
  );

  it(
    "writes the next seed and a typed one into the component and the node's metadata, and is heard with them",
    async () => {
      const own = await designer.hear(() => designer.press("Speak"));
      const next = await designer.hear(() => designer.press("Next seed"));
      expectSpeech(next);
      expect((await chosenSeed()).lo).not.toBe(42);
      expect(next.samples).not.toEqual(own.samples);
      expectSpeech(await designer.hear(() => designer.type("Seed", "0xfeedface")));
      expect(await chosenSeed()).toEqual({ lo: 0xfeedface, hi: 0 });
    },
    TIMEOUT_MS,
  );

  it(
    "finds a seed of the pitch that a slider is moved to, and that pitch is heard",
    async () => {
      const { speaker } = parseManifest(new TextDecoder().decode(await readShipped("manifest.json")));
      const pitches: number[] = [];
      for (const share of [0.75, 0.25]) {
        const line = await designer.hear(() => designer.slide("Pitch (Hz)", share));
        expectSpeech(line);
        const { pitchHz } = describeVoice(await chosenSeed(), speaker);
        const shown = Number(await designer.field("Pitch (Hz)").inputValue());
        expect(Math.abs(shown - pitchHz)).toBeLessThan(1);
        pitches.push(pitchOf(line.samples, HEARD_HZ));
        expect(Math.abs(pitches.at(-1)! / pitchHz - 1)).toBeLessThan(0.2);
      }
      const [high = NaN, deep = NaN] = pitches;
      expect(high).toBeGreaterThan(1.3 * deep);
    },
    TIMEOUT_MS,
  );

  it(
    "keeps a locked voice",
    async () => {
      const before = await chosenSeed();
      await designer.field("Locked", "[role=switch]").click();
      await designer.press("Next seed");
      expect(await designer.field("Seed").isDisabled()).toBe(true);
      expect(await chosenSeed()).toEqual(before);
      await designer.field("Locked", "[role=switch]").click();
      expectSpeech(await designer.hear(() => designer.press("Next seed")));
      expect(await chosenSeed()).not.toEqual(before);
    },
    TIMEOUT_MS,
  );

  it(
    "copies the component as JSON",
    async () => {
      await designer.press("Copy component JSON");
      const seed = await chosenSeed();
      const copied = await designer.page.evaluate(() => navigator.clipboard.readText());
      expect(parseSeed(readVoiceRecord(copied).seed)).toEqual(seed);
    },
    TIMEOUT_MS,
  );

  it(
    "says what is wrong with a seed that is none and a line that cannot be said, and keeps the voice",
    async () => {
      const { page, type, press, hear } = designer;
      const before = await chosenSeed();
      const told = (problem: string) => page.getByText(problem).waitFor();
      for (const wrong of ["me", '{"seed":"0x2a"', "-1", "0x10000000000000000"]) {
        await type("Seed", wrong);
        await told(`Seed ${JSON.stringify(wrong)} is not a voice. Allowed: a whole number`);
        const { seedLo: lo, seedHi: hi } = await designer.guard();
        expect({ lo, hi }).toEqual(before);
      }
      await type("Line to say", " ");
      await press("Speak");
      await told("speak was given an empty text");
      await type("Line to say", "Good night.");
      expectSpeech(await hear(() => press("Next seed")));
      expect(await page.getByText(/is not a voice|speak was given/).count()).toBe(0);
      await chosenSeed();
    },
    TIMEOUT_MS,
  );
});
