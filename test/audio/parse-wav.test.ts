import { describe, expect, it } from "vitest";
import { parseWav } from "../../runtime/audio/parse-wav.ts";
import { AudioInputError } from "../../runtime/errors.ts";
import { wavBytes } from "./wav-bytes.ts";

const SAMPLES = [0, 0.5, -0.5, 1, -1, 0.25];

const FORMATS: readonly (readonly [tag: number, bits: number])[] = [
  [1, 8],
  [1, 16],
  [1, 24],
  [1, 32],
  [3, 32],
  [3, 64],
];

/** The bytes with a few of them changed. */
function patched(bytes: Uint8Array, offset: number, ...values: number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(values, offset);
  return copy;
}

describe("parse WAV", () => {
  it.each(FORMATS)("reads format %d with %d bits, plain and extensible", (tag, bits) => {
    for (const extensible of [false, true]) {
      const { channels, sampleRateHz } = parseWav(
        wavBytes(SAMPLES, { tag, bits, extensible, sampleRateHz: 44_100 }),
      );
      expect(sampleRateHz).toBe(44_100);
      expect(channels.length).toBe(1);
      expect(channels[0]?.length).toBe(SAMPLES.length);
      SAMPLES.forEach((sample, i) => expect(Math.abs((channels[0]?.[i] ?? 9) - sample)).toBeLessThan(0.02));
    }
  });

  it("takes channels apart", () => {
    const { channels } = parseWav(wavBytes([0.5, -0.5, 0.25, -0.25], { channels: 2 }));
    expect(channels.map((channel) => [...channel].map((sample) => Number(sample.toFixed(3))))).toEqual([
      [0.5, 0.25],
      [-0.5, -0.25],
    ]);
  });

  it("skips chunks it does not know, padding included", () => {
    const junk = [
      ["LIST", "INFOodd"],
      ["junk", "12345"],
      ["bext", ""],
    ] as const;
    expect(parseWav(wavBytes(SAMPLES, { junk })).channels[0]?.length).toBe(SAMPLES.length);
  });

  it("gives the samples that are there when the data chunk claims more", () => {
    expect(parseWav(wavBytes(SAMPLES).subarray(0, 44 + 7)).channels[0]?.length).toBe(3);
    expect(parseWav(patched(wavBytes(SAMPLES), 40, 0xff, 0xff, 0xff, 0xff)).channels[0]?.length).toBe(6);
  });

  it("reads a file that begins in the middle of a buffer", () => {
    const bytes = wavBytes(SAMPLES);
    const larger = new Uint8Array(bytes.length + 5);
    larger.set(bytes, 5);
    expect(parseWav(larger.subarray(5))).toEqual(parseWav(bytes));
  });

  it.each([0, 3, 4, 11, 12, 19, 30, 36, 43])(
    "names a file cut after %d bytes as not audio or truncated",
    (length) => {
      const parse = () => parseWav(wavBytes(SAMPLES).subarray(0, length));
      expect(parse).toThrow(AudioInputError);
      expect(parse).toThrow(length < 4 ? "not a WAV recording" : "truncated");
    },
  );

  it.each([
    "<html><body>not here</body></html>",
    "OggS and some more bytes",
    "ID3 mp3 mp3 mp3 mp3",
    "RIFFxxxxAVI LIST",
  ])("refuses %s as not audio", (text) =>
    expect(() => parseWav(new TextEncoder().encode(text))).toThrow(
      "not a WAV recording; allowed: WAV with PCM",
    ),
  );

  it("refuses codecs, rates and headers it cannot use", () => {
    expect(() => parseWav(wavBytes(SAMPLES, { tag: 17 }))).toThrow(
      "codec 17 with 16 bits, which is not supported",
    );
    expect(() => parseWav(patched(wavBytes(SAMPLES), 34, 12))).toThrow("codec 1 with 12 bits");
    expect(() => parseWav(wavBytes(SAMPLES, { sampleRateHz: 4000 }))).toThrow("sample rate of 4000 Hz");
    expect(() => parseWav(wavBytes(SAMPLES, { sampleRateHz: 384_000 }))).toThrow("8 to 192 kHz");
    expect(() => parseWav(patched(wavBytes(SAMPLES), 22, 0))).toThrow("header is damaged (0 channels");
    expect(() => parseWav(patched(wavBytes(SAMPLES), 32, 3))).toThrow("header is damaged");
  });
});
