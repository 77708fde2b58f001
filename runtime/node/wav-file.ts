import { syntheticMark, toPcm16, WAV_MAX_SAMPLES, wavHeader } from "../audio/wav-header.ts";
import { type AtomicFile, createAtomicFile } from "./atomic-file.ts";
import { FileError } from "./command-errors.ts";

/** A WAV on disk that grows while the line is spoken. */
export interface WavFile {
  readonly path: string;
  /** Number of samples so far. */
  readonly samples: number;
  append(samples: Float32Array): Promise<void>;
  /** Patches the header and gives the file its name. */
  commit(): Promise<void>;
  /** Removes the unfinished file; nothing happens after `commit`. */
  discard(): Promise<void>;
}

/**
 * Starts a mono 16 bit WAV marked as synthetic speech.
 * @throws FileError when the path cannot be written
 */
export async function createWavFile(path: string, sampleRateHz: number, version: string): Promise<WavFile> {
  const file = await createAtomicFile(path);
  const tags = syntheticMark(`Kalliope ${version}`);
  const header = (samples: number) => wavHeader({ sampleRateHz, samples, tags });
  try {
    await file.append(header(0));
  } catch (error) {
    await file.discard();
    throw error;
  }
  return growingWav(file, header);
}

function growingWav(file: AtomicFile, header: (samples: number) => Uint8Array): WavFile {
  let count = 0;
  return {
    path: file.path,
    get samples() {
      return count;
    },
    async append(samples) {
      if (count + samples.length > WAV_MAX_SAMPLES) {
        throw new FileError(`cannot write ${file.path}: a WAV holds at most 37 hours; cut the text`);
      }
      await file.append(toPcm16(samples));
      count += samples.length;
    },
    async commit() {
      await file.overwriteStart(header(count));
      await file.commit();
    },
    discard: file.discard,
  };
}
