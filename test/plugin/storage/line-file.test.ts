import { describe, expect, it } from "vitest";
import { packLine, unpackLine } from "../../../plugin/storage/line-file.ts";
import type { SpeechEvent } from "../../../runtime/speech/speech-events.ts";
import { noise } from "../../speech/signals.ts";

const EVENTS: readonly SpeechEvent[] = [
  { kind: "sentence", text: "Grüß dich!", sample: 0, timeSeconds: 0 },
  { kind: "word", text: "dich", charStart: 5, charEnd: 9, sample: 160, timeSeconds: 0.01 },
  { kind: "end", sample: 1000, timeSeconds: 0.0625 },
];

describe("line file", () => {
  it("keeps events exactly and samples to 16 bits", () => {
    const samples = noise(1000);
    const line = unpackLine(packLine({ samples, events: EVENTS }));
    expect(line?.events).toEqual(EVENTS);
    expect(line?.samples.length).toBe(1000);
    expect(line?.samples.every((sample, i) => Math.abs(sample - samples[i]!) < 1 / 32_767)).toBe(true);
  });

  it("clips what is louder than a file can hold", () => {
    const events: readonly SpeechEvent[] = [{ kind: "end", sample: 2, timeSeconds: 2 / 16_000 }];
    const line = unpackLine(packLine({ samples: Float32Array.of(1.5, -1.5), events }));
    expect([...(line?.samples ?? [])]).toEqual([1, -1]);
  });

  it("gives nothing for bytes that are not a whole line", () => {
    const bytes = packLine({ samples: noise(1000), events: EVENTS });
    for (const length of [0, 4, 8, 40, bytes.length - 2, bytes.length - 1]) {
      expect(unpackLine(bytes.slice(0, length))).toBeUndefined();
    }
    expect(unpackLine(new Uint8Array(100))).toBeUndefined();
    const damaged = bytes.slice();
    damaged.fill(0x7b, 8, 12);
    expect(unpackLine(damaged)).toBeUndefined();
  });
});
