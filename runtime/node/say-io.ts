import type { createSynthesizer } from "../index.ts";
import type { NodeGpu } from "./node-gpu.ts";
import type { MessageStream } from "./progress.ts";

/** Everything a command needs from outside, so that a test can stand in for it. */
export interface SayIo {
  readonly createSynthesizer: typeof createSynthesizer;
  /** A GPU for the webgpu backend. */
  readonly requestGpu: () => Promise<NodeGpu>;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: { write(text: string): void };
  readonly stderr: MessageStream;
  /** A clock in milliseconds. */
  readonly nowMs: () => number;
  /** The date and time of day. */
  readonly now: () => Date;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Goes into the files: the same version makes the same bytes. */
  readonly version: string;
  /** The weights used without --weights. */
  readonly weightsFolder: string;
}
