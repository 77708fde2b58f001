import { describe, expect, it } from "vitest";
import { checkRecording } from "../../runtime/adapt/check-recording.ts";
import { AudioInputError } from "../../runtime/errors.ts";
import { glidingVoice, noise, tone } from "../speech/signals.ts";

const RATE_HZ = 16_000;
const mono = (samples: Float32Array) => ({ sampleRateHz: RATE_HZ, channels: [samples] });

/** Syllables with pauses between them. */
function speech(seconds: number): Float32Array {
  return glidingVoice(120, RATE_HZ, seconds).map((sample, i) => (i % 6400 < 4000 ? sample : sample * 0.01));
}

describe("checking a recording to learn from", () => {
  it("takes speech of 3 to 30 s", () => {
    expect(checkRecording(mono(speech(3))).samples.length).toBe(3 * RATE_HZ);
    expect(checkRecording(mono(speech(30))).warnings).toEqual([]);
  });

  it.each([
    ["2.9 s", speech(2.9), "2.9 s long; 3 to 30 s are needed"],
    ["60 s", speech(60), "60.0 s long; 3 to 30 s are needed"],
    ["nothing", new Float32Array(0), "0.0 s long"],
    ["silence", new Float32Array(5 * RATE_HZ), "silent"],
    ["clipped speech", speech(5).map((sample) => Math.max(-1, Math.min(1, sample * 30))), "clipped"],
    ["noise", noise(5 * RATE_HZ).map((sample) => sample * 0.3), "noisy or is not speech"],
    ["a steady tone", tone(300, RATE_HZ, 5), "noisy or is not speech"],
    [
      "speech in loud noise",
      speech(5).map((sample, i) => sample + 0.2 * (noise(1, i)[0] ?? 0)),
      "pauses are only",
    ],
  ])("refuses %s", (_, samples, message) => {
    expect(() => checkRecording(mono(samples))).toThrow(AudioInputError);
    expect(() => checkRecording(mono(samples))).toThrow(message);
  });
});
