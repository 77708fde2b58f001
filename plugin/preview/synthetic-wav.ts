import { syntheticMark, toPcm16, wavHeader } from "../../runtime/audio/wav-header.ts";

/** Who spoke, for the mark. */
export interface WavMark {
  /** Defaults to "Kalliope". */
  readonly software?: string;
  /** Such as the voice's record; ASCII. */
  readonly voice: string;
}

/** A mono 16 bit WAV that says of itself that it is synthetic speech, and of which voice. */
export function syntheticWav(
  samples: Float32Array,
  sampleRateHz: number,
  { software = "Kalliope", voice }: WavMark,
): Uint8Array<ArrayBuffer> {
  const tags = syntheticMark(software, voice);
  const header = wavHeader({ sampleRateHz, samples: samples.length, tags });
  const file = new Uint8Array(header.length + samples.length * 2);
  file.set(header);
  file.set(toPcm16(samples), header.length);
  return file;
}
