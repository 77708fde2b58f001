/** Frame times of walks, one panel each, below one another. */
export interface FramesPanel {
  readonly title: string;
  readonly frameMs: readonly number[];
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

const WIDTH = 1000;
const PANEL = 150;
const LEFT = 60;
const RIGHT = 20;
const TOP = 30;
const PLOT = PANEL - TOP - 20;
const LABEL = 12;
const LINES_MS = [1000 / 60, 1000 / 30];

/** A PNG as data URL. All panels have the same scale. */
export async function drawFrames(panels: readonly FramesPanel[]): Promise<string> {
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = PANEL * panels.length;
  const context = canvas.getContext("2d")!;
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  const mostMs = Math.max(40, ...panels.map(({ p99 }) => 1.3 * p99));
  panels.forEach((panel, index) => drawPanel(context, panel, index * PANEL + TOP, mostMs));
  return canvas.toDataURL("image/png");
}

/** @param mostMs at the top; slower frames are drawn there */
function drawPanel(context: CanvasRenderingContext2D, panel: FramesPanel, top: number, mostMs: number): void {
  const { title, frameMs, p50, p95, p99 } = panel;
  const totalMs = frameMs.reduce((sum, ms) => sum + ms, 0);
  const heightOf = (ms: number) => top + PLOT * (1 - Math.min(1, ms / mostMs));
  const figures = [p50, p95, p99].map((ms) => ms.toFixed(1)).join(" / ");
  context.font = "13px sans-serif";
  context.fillStyle = "black";
  context.textAlign = "left";
  context.fillText(`${title}: frame ms p50 / p95 / p99 = ${figures}`, LEFT, top - 10);
  context.font = "11px sans-serif";
  context.textAlign = "right";
  let labelledAt = Infinity;
  for (const ms of [0, ...LINES_MS, mostMs]) {
    context.fillStyle = "#555";
    if (labelledAt - heightOf(ms) > LABEL) {
      labelledAt = heightOf(ms);
      context.fillText(`${ms.toFixed(ms === 0 ? 0 : 1)} ms`, LEFT - 6, labelledAt + 4);
    }
    context.fillStyle = "#ddd";
    context.fillRect(LEFT, heightOf(ms), WIDTH - LEFT - RIGHT, 1);
  }
  context.fillStyle = "#555";
  context.fillText(
    `blue: below p95, orange: to p99, red: above; over ${(totalMs / 1000).toFixed(0)} s`,
    WIDTH - RIGHT,
    top + PLOT + 14,
  );
  let atMs = 0;
  for (const ms of frameMs) {
    atMs += ms;
    context.fillStyle = ms > p99 ? "#c0392b" : ms > p95 ? "#e67e22" : "#2c6fbb";
    context.fillRect(LEFT + ((WIDTH - LEFT - RIGHT) * atMs) / totalMs - 1, heightOf(ms) - 1, 3, 3);
  }
}
