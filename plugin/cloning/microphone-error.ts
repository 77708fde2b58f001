import { KalliopeError } from "../../runtime/errors.ts";

/** What keeps a microphone from being heard. */
export type MicrophoneFault = "denied" | "missing" | "busy" | "insecure" | "unplugged" | "failed";

const MESSAGES: Readonly<Record<MicrophoneFault, string>> = {
  denied:
    "The browser does not let this page use the microphone. Allow it beside the page's address, and try again.",
  missing: "No microphone was found. Plug one in and try again, or use a recording.",
  busy: "The microphone is in use by another program, or is switched off. Free it and try again.",
  insecure: "A page may use the microphone only over https. Open it that way, or use a recording.",
  unplugged: "The microphone was unplugged. Plug it in or choose another, and read the sentence again.",
  failed: "The microphone does not start. Try again, or choose another.",
};

/** The microphone cannot be used; the message says so to a player. */
export class MicrophoneError extends KalliopeError {
  readonly fault: MicrophoneFault;

  constructor(fault: MicrophoneFault, options?: ErrorOptions) {
    super(MESSAGES[fault], options);
    this.fault = fault;
  }
}

/** By the names of the DOMExceptions of getUserMedia (Media Capture and Streams, 10.2). */
const FAULT_OF_EXCEPTION: Readonly<Record<string, MicrophoneFault>> = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing", // the device that was chosen is gone
  NotReadableError: "busy",
  AbortError: "busy",
};

export function microphoneErrorFrom(error: unknown): MicrophoneError {
  if (error instanceof MicrophoneError) return error;
  const name = error instanceof Error ? error.name : "";
  return new MicrophoneError(FAULT_OF_EXCEPTION[name] ?? "failed", { cause: error });
}
