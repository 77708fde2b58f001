import type { SpeechEvent, SpeechOptions, Synthesizer } from "../index.ts";
import { createTimeStretcher } from "../speech/time-stretch.ts";
import { stretchedEvent } from "./timings.ts";
import type { WavFile } from "./wav-file.ts";

const SENTENCE_START = "<s>";

/** What is needed to say one line into a file. */
export interface LineJob {
  readonly synthesizer: Synthesizer;
  readonly text: string;
  readonly speech: SpeechOptions;
  /** 1 is as the voice speaks; 2 halves the duration. */
  readonly speed: number;
  readonly wav: WavFile;
  /** A clock in milliseconds. */
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
}

/** What was said. */
export interface SpokenLine {
  readonly text: string;
  readonly file: string;
  /** Symbols of the model: `|` begins a word; breaks and final marks are included. */
  readonly phonemes: readonly string[];
  readonly durationSeconds: number;
  /** From the start of the work on the line to its first samples. */
  readonly firstSoundMs: number;
  /** All the work on the line. */
  readonly synthesisMs: number;
  /** With times as in the file, speed included. */
  readonly events: readonly SpeechEvent[];
}

/**
 * Says a line into a WAV, chunk by chunk, and gives the file its name. When it fails or is aborted the unfinished file
 * is removed.
 * @throws VoiceTextError, BackendError, FileError, or the signal's reason
 */
export async function speakLine(job: LineJob): Promise<SpokenLine> {
  try {
    const line = await streamLine(job);
    await job.wav.commit();
    return line;
  } finally {
    await job.wav.discard();
  }
}

async function streamLine({
  synthesizer,
  text,
  speech,
  speed,
  wav,
  nowMs,
  signal,
}: LineJob): Promise<SpokenLine> {
  const { sampleRateHz } = synthesizer.manifest;
  const stretcher = createTimeStretcher(speed, sampleRateHz);
  const events: SpeechEvent[] = [];
  const startMs = nowMs();
  let firstSoundMs: number | undefined;
  for await (const chunk of synthesizer.speak(text, speech)) {
    signal.throwIfAborted();
    if (chunk.samples.length > 0) firstSoundMs ??= nowMs() - startMs;
    await wav.append(stretcher.push(chunk.samples));
    for (const event of chunk.events) events.push(stretchedEvent(event, speed, sampleRateHz));
  }
  await wav.append(stretcher.flush());
  const synthesisMs = nowMs() - startMs;
  return {
    text,
    file: wav.path,
    phonemes: events.flatMap((event) =>
      event.kind === "phoneme" && event.phoneme !== SENTENCE_START ? [event.phoneme] : [],
    ),
    durationSeconds: wav.samples / sampleRateHz,
    firstSoundMs: firstSoundMs ?? synthesisMs,
    synthesisMs,
    events,
  };
}
