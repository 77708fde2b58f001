/** Reads one sample at a byte offset; full scale at -1 and 1. */
export type SampleReader = (view: DataView, offset: number) => number;

const PCM = 1;
const FLOAT = 3;

/** WAV format tag and bits per sample -> reader. */
const READERS: ReadonlyMap<string, SampleReader> = new Map([
  [`${PCM}/8`, (view, offset) => (view.getUint8(offset) - 128) / 2 ** 7],
  [`${PCM}/16`, (view, offset) => view.getInt16(offset, true) / 2 ** 15],
  [
    `${PCM}/24`,
    (view, offset) => (view.getUint8(offset) + view.getInt16(offset + 1, true) * 2 ** 8) / 2 ** 23,
  ],
  [`${PCM}/32`, (view, offset) => view.getInt32(offset, true) / 2 ** 31],
  [`${FLOAT}/32`, (view, offset) => view.getFloat32(offset, true)],
  [`${FLOAT}/64`, (view, offset) => view.getFloat64(offset, true)],
]);

/** The reader for a codec, or undefined when it is not supported. */
export function sampleReaderFor(formatTag: number, bits: number): SampleReader | undefined {
  return READERS.get(`${formatTag}/${bits}`);
}
