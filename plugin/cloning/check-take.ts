import { AudioInputError } from "../../runtime/errors.ts";
import { checkRecording } from "../../runtime/adapt/check-recording.ts";
import type { Recording, Reference } from "../../runtime/speech/check-reference.ts";

/** A recording and whether a voice can be learned from it. */
export interface Take {
  readonly recording: Recording;
  readonly seconds: number;
  /** Undefined when it cannot be used. */
  readonly reference: Reference | undefined;
  /** Why it cannot be used, for the player. */
  readonly problem: string | undefined;
  /** What may make the voice less alike, for the player. */
  readonly warnings: readonly string[];
}

/** Never throws for what a player has recorded. */
export function checkTake(recording: Recording): Take {
  const seconds = (recording.channels[0]?.length ?? 0) / recording.sampleRateHz;
  try {
    const reference = checkRecording(recording);
    return {
      recording,
      seconds,
      reference,
      problem: undefined,
      warnings: reference.warnings.map(asSentence),
    };
  } catch (error) {
    if (!(error instanceof AudioInputError)) throw error;
    return { recording, seconds, reference: undefined, problem: asSentence(error.message), warnings: [] };
  }
}

function asSentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
}
