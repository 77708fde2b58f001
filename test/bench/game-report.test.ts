import { expect, it } from "vitest";
import { gameReport, type GameRun } from "./game-report.ts";

function runOn(adapter: string): GameRun {
  return {
    machine: { cpu: "a CPU", cores: 2, memoryGib: 8, platform: "linux x64", node: "20", loadBefore: 0.1 },
    browser: "Chromium 1",
    adapter,
    walks: [
      {
        backend: "worker",
        voices: 1,
        seconds: 60,
        adapter,
        runsOn: "Worker (WASM)",
        frameMs: [16, 17, 18],
        pluginMs: [1, 1, 1],
        overshootMs: [],
        loadTasksMs: [60],
        walkTasksMs: [],
        firstSoundMs: [150],
        linesEnded: 1,
        linesFailed: 0,
        underruns: 0,
      },
    ],
  };
}

it("says over every table what a software adapter does to its figures, and nothing of it on a GPU", () => {
  const caveats = (adapter: string) => gameReport(runOn(adapter)).match(/\(software-adapter: /g)?.length ?? 0;
  expect(caveats("google swiftshader (fallback)")).toBe(3);
  expect(caveats("nvidia ampere")).toBe(0);
});

it("shows a figure that there is none of as a dash", () => {
  const [row] = gameReport(runOn("nvidia ampere")).match(/\| worker \| 1 \| 1\.00.*/) ?? [];
  expect(row).toBe("| worker | 1 | 1.00 | 1.00 | 1.00 | 1.00 | - | - | 0 | 1 (up to 60.0 ms) |");
});
