import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { chromium, type Browser, type Page } from "playwright";
import { preview, type PreviewServer } from "vite";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseManifest } from "../../runtime/manifest.ts";
import { describeVoice, parseSeed, readVoiceRecord, type VoiceRecord } from "../../runtime/voice/index.ts";
import { readShipped } from "../onnx/tiny-weights.ts";
import { buildFreshApp } from "./fresh-app.ts";
import { buildInspectorPage } from "./inspector-page.ts";

const TIMEOUT_MS = 900_000;

let app: string;
let server: PreviewServer;
let browser: Browser;

beforeAll(async () => {
  app = await buildFreshApp();
  server = await preview({ root: app, configFile: false, preview: { port: 0 } });
  browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--disable-background-networking"],
  });
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

/** What the page says of its guard. */
interface GuardState {
  readonly seedLo: number;
  readonly seedHi: number;
  /** `metadata.voice` of the head. */
  readonly record: VoiceRecord | undefined;
  /** Largest RMS that was heard since `forget`. */
  readonly loudest: number;
  readonly ended: readonly { readonly text: string; readonly state: string; readonly heardMs: number }[];
}

declare const game: { state(): GuardState; forget(): void };

describe("the Voice section of Babylon's Inspector", () => {
  let page: Page;
  let close: () => Promise<void>;

  const guard = () => page.evaluate(() => game.state());
  const press = (name: string) => page.getByRole("button", { name, exact: true }).click();
  const heard = async () => {
    await page.waitForFunction(() => game.state().ended.some(({ state }) => state === "finished"));
    return guard();
  };
  /** What a line of the section is edited with. */
  const field = (label: string, input = "input") =>
    page
      .locator("div")
      .filter({ has: page.getByText(label, { exact: true }) })
      .filter({ has: page.locator(input) })
      .last()
      .locator(input)
      .first();
  const seedField = () => field("Seed");

  beforeAll(async () => {
    const outDir = await buildInspectorPage(app);
    const pages = await preview({ root: app, configFile: false, build: { outDir }, preview: { port: 0 } });
    const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
    close = () => Promise.all([context.close(), pages.close()]).then(() => undefined);
    page = await context.newPage();
    page.setDefaultTimeout(TIMEOUT_MS / 4);
    await page.goto(`${pages.resolvedUrls?.local[0]}inspector.html`);
    await page.waitForFunction(() => document.title !== "", undefined, { timeout: TIMEOUT_MS });
    expect(await page.title()).toBe("ready");
    await page.getByText("Nodes", { exact: true }).first().click();
    await page.keyboard.press("ArrowRight");
    await page.getByText("guard", { exact: true }).first().click();
  }, TIMEOUT_MS);

  afterAll(() => close?.());

  beforeEach(() => page.evaluate(() => game.forget()));

  it(
    "shows the voice of the body that is selected, and says its line",
    async () => {
      expect(await seedField().inputValue()).toBe("0x000000000000002a");
      await press("Speak");
      const { loudest, ended, seedLo } = await heard();
      expect(seedLo).toBe(42);
      expect(loudest).toBeGreaterThan(0.005);
      expect(ended[0]?.heardMs).toBeGreaterThan(1500);
    },
    TIMEOUT_MS,
  );

  it(
    "writes the next seed into the component and the node's metadata, and says the line with it",
    async () => {
      await press("Next seed");
      const { seedLo, seedHi, record, loudest } = await heard();
      expect(seedLo).not.toBe(42);
      expect(parseSeed(readVoiceRecord(record).seed)).toEqual({ lo: seedLo, hi: seedHi });
      expect(parseSeed(await seedField().inputValue())).toEqual({ lo: seedLo, hi: seedHi });
      expect(loudest).toBeGreaterThan(0.005);
    },
    TIMEOUT_MS,
  );

  it(
    "finds a seed of the pitch that a slider is moved to",
    async () => {
      const { speaker } = parseManifest(new TextDecoder().decode(await readShipped("manifest.json")));
      const slider = field("Pitch (Hz)", "input[type=range]");
      await slider.scrollIntoViewIfNeeded();
      const { x, y, width, height } = (await slider.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
      const pitches: number[] = [];
      for (const share of [0.75, 0.25]) {
        await page.evaluate(() => game.forget());
        await page.mouse.click(x + share * width, y + height / 2);
        const { seedLo, seedHi } = await heard();
        const { pitchHz } = describeVoice({ lo: seedLo, hi: seedHi }, speaker);
        const shown = Number(await field("Pitch (Hz)", "input:not([type=range])").inputValue());
        expect(Math.abs(shown - pitchHz)).toBeLessThan(1);
        pitches.push(pitchHz);
      }
      const [high = NaN, deep = NaN] = pitches;
      expect(high).toBeGreaterThan(1.3 * deep);
    },
    TIMEOUT_MS,
  );

  it(
    "keeps a locked voice",
    async () => {
      const before = await guard();
      await field("Locked", "[role=switch]").click();
      await press("Next seed");
      expect(await seedField().isDisabled()).toBe(true);
      expect(await guard()).toMatchObject({ seedLo: before.seedLo, seedHi: before.seedHi, ended: [] });
      await field("Locked", "[role=switch]").click();
      await press("Next seed");
      expect((await heard()).seedLo).not.toBe(before.seedLo);
    },
    TIMEOUT_MS,
  );

  it(
    "copies the component as JSON",
    async () => {
      await press("Copy component JSON");
      const { seedLo, seedHi } = await guard();
      const record = readVoiceRecord(await page.evaluate(() => navigator.clipboard.readText()));
      expect(parseSeed(record.seed)).toEqual({ lo: seedLo, hi: seedHi });
    },
    TIMEOUT_MS,
  );
});
