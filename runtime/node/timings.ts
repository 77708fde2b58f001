import type { SpeechEvent } from "../index.ts";
import { stretchedSample } from "../speech/time-stretch.ts";
import { createAtomicFile } from "./atomic-file.ts";
import type { SpokenLine } from "./speak-line.ts";

/** The JSON file of `--timings`, open but not yet under its name. */
export interface TimingsFile {
  /** Writes the events of all lines and gives the file its name. */
  commit(lines: readonly SpokenLine[], sampleRateHz: number): Promise<void>;
  /** Removes the unfinished file; nothing happens after `commit`. */
  discard(): Promise<void>;
}

/**
 * Opens the file before the work is done, so that a path that cannot be written is known in time.
 * @throws FileError when it cannot be written
 */
export async function openTimings(path: string): Promise<TimingsFile> {
  const file = await createAtomicFile(path);
  return {
    async commit(lines, sampleRateHz) {
      await file.append(new TextEncoder().encode(timingsJson(lines, sampleRateHz)));
      await file.commit();
    },
    discard: file.discard,
  };
}

/** An event at its place in a line spoken at another speed. */
export function stretchedEvent(event: SpeechEvent, speed: number, sampleRateHz: number): SpeechEvent {
  if (speed === 1) return event;
  const sample = stretchedSample(event.sample, speed);
  return { ...event, sample, timeSeconds: sample / sampleRateHz };
}

/** One event a row, so that a person can read it and a diff shows what moved. */
function timingsJson(lines: readonly SpokenLine[], sampleRateHz: number): string {
  const entries = lines.map(({ file, text, durationSeconds, events }) => {
    const rows = events.map((event) => `      ${JSON.stringify(event)}`).join(",\n");
    const head = JSON.stringify({ file, text, durationSeconds }).slice(0, -1);
    return `    ${head},"events":[\n${rows}\n    ]}`;
  });
  return `{\n  "sampleRateHz": ${sampleRateHz},\n  "lines": [\n${entries.join(",\n")}\n  ]\n}\n`;
}
