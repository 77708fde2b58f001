/** `npm run bench -- game`: what speech costs a Babylon scene. */
import { resolve } from "node:path";
import { addressOf, startChromium } from "./chromium.ts";
import { isSoftware } from "./describe-adapter.ts";
import { gameReport } from "./game-report.ts";
import { describeMachine } from "./machine.ts";
import {
  parseChoice,
  parseCount,
  parseCounts,
  parseOptions,
  SHIPPED_WEIGHTS,
  UsageError,
} from "./options.ts";
import type { FramesPanel } from "./page/draw-frames.ts";
import type { WalkMeasurement, WalkRequest } from "./page/game.ts";
import { quantile } from "./statistics.ts";
import { writeOut } from "./write-out.ts";

export const GAME_USAGE =
  "game [--software] [--backend auto|worker|webgpu] [--voices 0,1,8,16] [--seconds 60] [--weights folder] [--out out/bench-game]";

const MOST_VOICES = 16;

/**
 * Walks through a square in Chromium once for each backend and number of voices. `auto` takes the Worker, and webgpu too
 * where the adapter is real. Markdown to stdout; the same, JSON with every frame and a plot to files.
 * @throws UsageError for an option that is unknown or out of range
 */
export async function benchGame(args: readonly string[]): Promise<void> {
  const options = parseOptions(args, {
    software: { type: "boolean", default: false },
    backend: { type: "string", default: "auto" },
    voices: { type: "string", default: "0,1,8,16" },
    seconds: { type: "string", default: "60" },
    weights: { type: "string", default: SHIPPED_WEIGHTS },
    out: { type: "string", default: "out/bench-game" },
  });
  const choice = parseChoice("backend", options.backend, ["auto", "worker", "webgpu"]);
  const voices = parseCounts("voices", options.voices, 0);
  const seconds = parseCount("seconds", options.seconds);
  if (voices.some((count) => count > MOST_VOICES))
    throw new UsageError(`--voices is "${options.voices}"; allowed: up to ${MOST_VOICES}`);
  const weights = resolve(options.weights);
  const machine = describeMachine();
  const browser = await startChromium(weights, options.software);
  try {
    const adapter = await browser.call<null, string>("game", "adapterName", null);
    const both = isSoftware(adapter) ? (["worker"] as const) : (["worker", "webgpu"] as const);
    const walks: WalkMeasurement[] = [];
    for (const backend of choice === "auto" ? both : [choice]) {
      for (const count of voices) {
        process.stderr.write(`${backend}, ${count} voices\n`);
        const request = { weights: addressOf(weights), backend, voices: count, seconds };
        walks.push(await browser.call<WalkRequest, WalkMeasurement>("game", "walk", request));
      }
    }
    const run = { machine, browser: `Chromium ${browser.version}`, adapter, walks };
    const png = await browser.call<readonly FramesPanel[], string>("game", "drawFrames", walks.map(panelOf));
    await writeOut(options.out, { json: run, markdown: gameReport(run), png });
  } finally {
    await browser.close();
  }
}

function panelOf({ backend, voices, adapter, frameMs }: WalkMeasurement): FramesPanel {
  return {
    title: `${voices === 0 ? "speech off" : `voices: ${voices}`}, ${backend}${isSoftware(adapter) ? " (software-adapter)" : ""}`,
    frameMs,
    p50: quantile(frameMs, 0.5),
    p95: quantile(frameMs, 0.95),
    p99: quantile(frameMs, 0.99),
  };
}
