import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { chromium, type Browser } from "playwright";
import { preview, type PreviewServer } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildFreshApp } from "./fresh-app.ts";

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
