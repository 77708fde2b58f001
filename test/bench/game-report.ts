import { isSoftware } from "./describe-adapter.ts";
import type { Machine } from "./machine.ts";
import type { WalkMeasurement } from "./page/game.ts";
import { markdownTable, quantile } from "./statistics.ts";

export interface GameRun {
  readonly machine: Machine;
  /** Name and version. */
  readonly browser: string;
  readonly adapter: string;
  readonly walks: readonly WalkMeasurement[];
}

const PARTS = [0.5, 0.95, 0.99];

/** What stands over each table, and what has to be known of its figures where the CPU draws the scene. */
const HEADINGS = {
  frames: [
    "Frames.",
    "software-adapter: drawn by the CPU, so these tell nothing of a game on a GPU; compare rows with the first at most.",
  ],
  plugin: [
    "The plugin's part of the game's thread (systems and encoding), work over the frame's budget, and tasks above 50 ms.",
    "software-adapter: wall time on processors that also draw, so an upper bound; the tasks are those of drawing.",
  ],
  lines: [
    "Lines.",
    "software-adapter: voices share the processors with drawing, so they start later and run dry more often than beside a GPU.",
  ],
} as const;

export function gameReport({ machine, browser, adapter, walks }: GameRun): string {
  const { cpu, cores, memoryGib, platform, loadBefore } = machine;
  const software = isSoftware(adapter);
  const heading = (table: keyof typeof HEADINGS) => {
    const [what, caveat] = HEADINGS[table];
    return `${what}${software ? ` (${caveat})` : ""}\n`;
  };
  return [
    `# game${software ? ", software-adapter" : ""}\n`,
    `Machine: ${cpu}, ${cores} cores, ${memoryGib} GiB, ${platform}, load average before ${loadBefore}.`,
    `${browser}; adapter: ${adapter}.`,
    `A walk of ${walks[0]?.seconds ?? "?"} s each; every voice says one line after the other.\n`,
    heading("frames"),
    markdownTable([
      ["backend", "voices", "frames", "frame ms p50", "p95", "p99", "longest", "over 16.7 ms"],
      ...walks.map(({ backend, voices, frameMs }) => [
        backend,
        String(voices),
        String(frameMs.length),
        ...PARTS.map((part) => ms(quantile(frameMs, part))),
        ms(Math.max(...frameMs)),
        `${Math.round((100 * frameMs.filter((each) => each > 1000 / 59).length) / frameMs.length)} %`,
      ]),
    ]),
    heading("plugin"),
    markdownTable([
      [
        "backend",
        "voices",
        "plugin ms p50",
        "p95",
        "p99",
        "longest",
        "overshoot ms p95",
        "p99",
        "tasks in walk",
        "tasks in load",
      ],
      ...walks.map(({ backend, voices, pluginMs, overshootMs, walkTasksMs, loadTasksMs }) => [
        backend,
        String(voices),
        ...PARTS.map((part) => ms(quantile(pluginMs, part))),
        ms(Math.max(...pluginMs)),
        ...PARTS.slice(1).map((part) => (overshootMs.length === 0 ? "-" : ms(quantile(overshootMs, part)))),
        tasks(walkTasksMs),
        tasks(loadTasksMs),
      ]),
    ]),
    heading("lines"),
    markdownTable([
      ["backend", "voices", "lines heard", "failed", "first sound ms p50", "p95", "underruns"],
      ...walks.map(({ backend, voices, firstSoundMs, linesEnded, linesFailed, underruns }) => [
        backend,
        String(voices),
        String(linesEnded),
        String(linesFailed),
        ...PARTS.slice(0, 2).map((part) => ms(quantile(firstSoundMs, part))),
        String(underruns),
      ]),
    ]),
  ].join("\n");
}

/** How many, and the longest. */
function tasks(durations: readonly number[]): string {
  return durations.length === 0 ? "0" : `${durations.length} (up to ${ms(Math.max(...durations))} ms)`;
}

function ms(value: number): string {
  return Number.isFinite(value) ? value.toFixed(value < 10 ? 2 : 1) : "-";
}
