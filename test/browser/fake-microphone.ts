/** What the fake microphone of the browser tests hears; written before Chromium starts. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { toPcm16, wavHeader } from "../../runtime/audio/wav-header.ts";
import { glidingVoice } from "../speech/signals.ts";

const RATE_HZ = 48_000;
const SECONDS = 6;

export const FAKE_MICROPHONE = resolve(import.meta.dirname, "../../out/fake-microphone.wav");

/** A buzz like a voice, over and over, with pauses as between words. */
export function setup(): void {
  const voice = glidingVoice(120, RATE_HZ, SECONDS);
  const samples = voice.map((sample, i) => ((i / RATE_HZ) % 1 > 0.7 ? 0 : 0.6 * sample));
  const header = wavHeader({ sampleRateHz: RATE_HZ, samples: samples.length, tags: {} });
  mkdirSync(dirname(FAKE_MICROPHONE), { recursive: true });
  writeFileSync(FAKE_MICROPHONE, Buffer.concat([header, toPcm16(samples)]));
}
