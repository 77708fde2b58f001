import { createPcmPlayer, type PcmPlayer } from "../../../plugin/audio/pcm-player.ts";
import { playerRows } from "../../../plugin/audio/phase-rows.ts";
import type { PlayerReport } from "../../../plugin/audio/player-messages.ts";

export const MODEL_HZ = 16_000;
export const FADE_FRAMES = 240;
const QUANTUM = 128;

export function createTestPlayer(contextHz: number): PcmPlayer {
  return createPcmPlayer({
    ...playerRows(MODEL_HZ, contextHz),
    fadeFrames: FADE_FRAMES,
    restartFrames: 960,
    reportFrames: 1024,
  });
}

/** What a player gives out over `quanta` render quanta, and what it reports; `before` runs ahead of each. */
export function render(player: PcmPlayer, quanta: number, before: (quantum: number) => void = () => {}) {
  const samples = new Float32Array(quanta * QUANTUM);
  const reports: PlayerReport[] = [];
  for (let quantum = 0; quantum < quanta; quantum += 1) {
    before(quantum);
    player.render(samples.subarray(quantum * QUANTUM, (quantum + 1) * QUANTUM));
    const report = player.takeReport();
    if (report !== undefined) reports.push(report);
  }
  return { samples, reports };
}
