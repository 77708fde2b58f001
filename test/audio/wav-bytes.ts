/** Settings of a hand-made WAV file; defaults are one channel of 16 bit PCM at 16 kHz. */
export interface WavSettings {
  readonly tag?: number;
  readonly channels?: number;
  readonly sampleRateHz?: number;
  readonly bits?: number;
  /** Write the format as WAVE_FORMAT_EXTENSIBLE. */
  readonly extensible?: boolean;
  /** Chunks before the format, with their padding. */
  readonly junk?: readonly (readonly [id: string, content: string])[];
}

/** Interleaved samples from -1 to 1 as a WAV file, written without the code under test. */
export function wavBytes(samples: ArrayLike<number>, settings: WavSettings = {}): Uint8Array {
  const { junk = [] } = settings;
  const body = Buffer.concat([
    Buffer.from("WAVE"),
    ...junk.map(([id, content]) => chunk(id, Buffer.from(content))),
    chunk("fmt ", formatBytes(settings)),
    chunk("data", sampleBytes(samples, settings)),
  ]);
  return new Uint8Array(chunk("RIFF", body));
}

function chunk(id: string, content: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(content.length);
  return Buffer.concat([Buffer.from(id), length, content, Buffer.alloc(content.length % 2)]);
}

function formatBytes(settings: WavSettings): Buffer {
  const { tag = 1, channels = 1, sampleRateHz = 16_000, bits = 16, extensible = false } = settings;
  const bytes = Buffer.alloc(extensible ? 40 : 16);
  bytes.writeUInt16LE(extensible ? 0xfffe : tag, 0);
  bytes.writeUInt16LE(channels, 2);
  bytes.writeUInt32LE(sampleRateHz, 4);
  bytes.writeUInt32LE((sampleRateHz * channels * bits) / 8, 8);
  bytes.writeUInt16LE((channels * bits) / 8, 12);
  bytes.writeUInt16LE(bits, 14);
  if (extensible) {
    bytes.writeUInt16LE(22, 16);
    bytes.writeUInt16LE(bits, 18);
    bytes.writeUInt16LE(tag, 24);
  }
  return bytes;
}

function sampleBytes(samples: ArrayLike<number>, { tag = 1, bits = 16 }: WavSettings): Buffer {
  const width = bits / 8;
  const bytes = Buffer.alloc(samples.length * width);
  Array.from(samples).forEach((sample, i) => {
    if (tag === 3 && bits === 64) bytes.writeDoubleLE(sample, i * width);
    else if (tag === 3) bytes.writeFloatLE(sample, i * width);
    else if (bits === 8) bytes.writeUInt8(Math.round(sample * 127) + 128, i);
    else bytes.writeIntLE(Math.round(sample * (2 ** (bits - 1) - 1)), i * width, width);
  });
  return bytes;
}
