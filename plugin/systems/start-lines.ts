import { query } from "bitecs";
import { Queued, VoiceComponent } from "../components.ts";
import { isOver } from "../line-end.ts";
import { beginLine, rankOf } from "../line-flow.ts";
import type { Line, Speaker, VoicesState } from "../voice-state.ts";

/** Lines begun in one update: the first work on each is on this thread. */
const MOST_BEGUN = 4;

/** Begins the next line of every voice that is silent, the nearest first. While sound is locked all wait. */
export function startLines(state: VoicesState): void {
  if (!state.output.running) return;
  const next = [...query(state.world, [VoiceComponent, Queued])]
    .flatMap((eid) => nextLine(state.speakers.get(eid)) ?? [])
    .map((line) => ({ line, rank: rankOf(state, line) }))
    .sort((a, b) => a.rank - b.rank);
  for (const { line } of next.slice(0, MOST_BEGUN)) if (line.state === "queued") beginLine(state, line);
}

/** A line may begin once the one it comes after has begun; so no two lines can wait for each other. */
function nextLine(speaker: Speaker | undefined): Line | undefined {
  if (speaker === undefined || speaker.current !== undefined) return undefined;
  return speaker.queue.find(({ after }) => after === undefined || after.state !== "queued" || isOver(after));
}
