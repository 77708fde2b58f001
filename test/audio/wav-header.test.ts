import { describe, expect, it } from "vitest";
import { parseWav } from "../../runtime/audio/parse-wav.ts";
import { syntheticMark, toPcm16, wavHeader } from "../../runtime/audio/wav-header.ts";

const TAGS = { ISFT: "Kalliope 1.2.3", ICMT: "synthetic speech" };

describe("WAV header", () => {
  it("makes a file that reads back, with true sizes", () => {
    const samples = Float32Array.of(0, 0.5, -0.5, 1, -1);
    const file = Buffer.concat([
      wavHeader({ sampleRateHz: 16_000, samples: samples.length, tags: TAGS }),
      toPcm16(samples),
    ]);
    const { sampleRateHz, channels } = parseWav(file);
    expect(sampleRateHz).toBe(16_000);
    expect([...(channels[0] ?? [])].map((sample) => Number(sample.toFixed(3)))).toEqual([
      0, 0.5, -0.5, 1, -1,
    ]);
    expect(file.readUInt32LE(4)).toBe(file.length - 8);
  });

  it("marks the file in a LIST/INFO chunk, odd texts padded", () => {
    const text = Buffer.from(wavHeader({ sampleRateHz: 16_000, samples: 0, tags: TAGS })).toString("latin1");
    expect(text).toContain("INFOISFT\x0f\0\0\0Kalliope 1.2.3\0\0ICMT\x11\0\0\0synthetic speech\0\0data");
  });

  it("carries the mark of synthetic speech, with the voice where that is known", () => {
    expect(syntheticMark("Kalliope 1.2.3")).toEqual(TAGS);
    expect(syntheticMark("A game", "seed 42")).toEqual({ ISFT: "A game", ICMT: "synthetic speech seed 42" });
  });

  it("has the same length whatever the number of samples", () => {
    const length = (samples: number) => wavHeader({ sampleRateHz: 16_000, samples, tags: TAGS }).length;
    expect(length(0)).toBe(length(1_000_000_000));
  });
});

describe("PCM", () => {
  it("rounds to 16 bit and holds what is too loud at full scale", () => {
    const view = new DataView(toPcm16(Float32Array.of(0, 1, -1, 2, -2, 0.00001, 0.00002)).buffer);
    expect([0, 1, 2, 3, 4, 5, 6].map((i) => view.getInt16(i * 2, true))).toEqual([
      0, 32767, -32767, 32767, -32767, 0, 1,
    ]);
  });
});
