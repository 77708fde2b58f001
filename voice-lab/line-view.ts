import type { PreviewLine, PreviewWord, VoicePreview } from "../plugin/preview/voice-preview.ts";
import { spectrogramOf } from "../plugin/preview/spectrogram.ts";
import { waveformOf } from "../plugin/preview/waveform.ts";
import { COLORS, levelColor } from "./colors.ts";
import { element, freshCanvas } from "./element.ts";
import type { LabView } from "./lab-view.ts";

/** Levels drawn, in dB: from paper to ink. */
const QUIET = -85;
const LOUD = -22;

const WAVE_HEIGHT = 0.3;
const WORDS_HEIGHT = 40;

/** Seconds that fill the width when a line is shorter. */
const LEAST_SECONDS = 2;

/** What was said last: waveform, spectrogram, words in time, and where the ear is. A click on it plays it again. */
export function createLineView(preview: VoicePreview, sampleRateHz: number, onReplay: () => void): LabView {
  const canvas = element("canvas", {
    class: "line",
    role: "img",
    "aria-label": "Waveform, spectrogram and words of the line",
  });
  let shown: PreviewLine | undefined;
  let picture: { readonly line: PreviewLine; readonly image: ImageBitmap | OffscreenCanvas } | undefined;
  let side = preview.state.side;
  let frame = 0;

  function draw(): void {
    const { context, width, height } = freshCanvas(canvas);
    const line = shown;
    if (line === undefined || line.samples.length === 0 || width === 0) return;
    const seconds = Math.max(LEAST_SECONDS, line.cost.audioSeconds);
    const used = (line.cost.audioSeconds / seconds) * width;
    const waveHeight = (height - WORDS_HEIGHT) * WAVE_HEIGHT;
    const spectrumHeight = height - WORDS_HEIGHT - waveHeight;
    drawWave(context, line.samples, used, waveHeight, COLORS[side]);
    if (picture?.line !== line) picture = { line, image: spectrumPicture(line.samples) };
    context.drawImage(picture.image, 0, waveHeight, used, spectrumHeight);
    drawFrequencies(context, used, waveHeight, spectrumHeight, sampleRateHz);
    const heard = preview.playedSeconds;
    drawWords(context, line.words, (time) => (time / seconds) * width, waveHeight, height, heard);
    if (heard > 0 && heard < line.cost.audioSeconds) drawEar(context, (heard / seconds) * width, height);
  }

  /** Follows the ear while it is within the line. */
  function follow(): void {
    draw();
    const isHeard = shown !== undefined && preview.playedSeconds < shown.cost.audioSeconds + 0.2;
    frame = isHeard && canvas.isConnected ? requestAnimationFrame(follow) : 0;
  }

  canvas.addEventListener("click", onReplay);
  new ResizeObserver(draw).observe(canvas);
  return {
    root: element("div", { class: "line-box" }, canvas),
    show(state) {
      side = state.side;
      shown = state.lines[side];
      if (frame === 0) frame = requestAnimationFrame(follow);
    },
  };
}

function drawWave(
  context: CanvasRenderingContext2D,
  samples: Float32Array,
  width: number,
  height: number,
  color: string,
): void {
  const columns = Math.max(1, Math.round(width));
  const extremes = waveformOf(samples, columns);
  const loudest = extremes.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
  const scale = (height / 2 - 3) / loudest;
  context.fillStyle = color;
  for (let column = 0; column < columns; column++) {
    const top = height / 2 - (extremes[2 * column + 1] ?? 0) * scale;
    const bottom = height / 2 - (extremes[2 * column] ?? 0) * scale;
    context.fillRect(column, top, 1, Math.max(1, bottom - top));
  }
}

function spectrumPicture(samples: Float32Array): OffscreenCanvas {
  const { columns, bins, decibels } = spectrogramOf(samples);
  const image = new ImageData(columns, bins);
  for (let column = 0; column < columns; column++) {
    for (let bin = 0; bin < bins; bin++) {
      const level = ((decibels[column * bins + bin] ?? QUIET) - QUIET) / (LOUD - QUIET);
      image.data.set([...levelColor(level), 255], 4 * ((bins - 1 - bin) * columns + column));
    }
  }
  const picture = new OffscreenCanvas(columns, bins);
  picture.getContext("2d")?.putImageData(image, 0, 0);
  return picture;
}

function drawFrequencies(
  context: CanvasRenderingContext2D,
  width: number,
  top: number,
  height: number,
  sampleRateHz: number,
): void {
  context.font = "11px system-ui, sans-serif";
  context.textAlign = "left";
  context.fillStyle = COLORS.faint;
  context.strokeStyle = COLORS.hairline;
  for (const kilohertz of [2, 4, 6]) {
    const y = top + height * (1 - (2000 * kilohertz) / sampleRateHz);
    context.beginPath();
    context.moveTo(0, y);
    context.lineTo(width, y);
    context.stroke();
    context.fillText(`${kilohertz} kHz`, 6, y - 4);
  }
}

function drawWords(
  context: CanvasRenderingContext2D,
  words: readonly PreviewWord[],
  xOf: (seconds: number) => number,
  top: number,
  height: number,
  heard: number,
): void {
  const rows = [height - 22, height - 6];
  const freeFrom = [0, 0];
  context.font = "13px system-ui, sans-serif";
  context.textAlign = "left";
  for (const { text, startSeconds, endSeconds } of words) {
    const x = xOf(startSeconds);
    const isHeard = heard >= startSeconds && heard < endSeconds;
    context.fillStyle = isHeard ? COLORS.ink : COLORS.hairline;
    context.fillRect(x, top, 1, height - top - WORDS_HEIGHT + 8);
    const row = freeFrom.findIndex((from) => from <= x);
    if (row < 0) continue;
    context.fillStyle = isHeard ? COLORS.ink : COLORS.faint;
    context.fillText(text, x, rows[row] ?? height);
    freeFrom[row] = x + context.measureText(text).width + 6;
  }
}

function drawEar(context: CanvasRenderingContext2D, x: number, height: number): void {
  context.fillStyle = COLORS.ink;
  context.fillRect(x - 0.75, 0, 1.5, height - WORDS_HEIGHT + 8);
}
