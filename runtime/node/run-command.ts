import { errorLine, UsageError } from "./command-errors.ts";
import type { SayIo } from "./say-io.ts";

const FAILED = 1;
const WRONG_USAGE = 2;
const INTERRUPTED = 130;

/**
 * Runs a command; whatever it throws is one line on stderr.
 * @returns its exit code, or 1 failed, 2 wrong usage, 130 interrupted
 */
export async function runCommand(
  { signal, stderr }: Pick<SayIo, "signal" | "stderr">,
  command: () => Promise<number>,
): Promise<number> {
  try {
    return await command();
  } catch (error) {
    const interrupted = signal.aborted;
    stderr.write(`${errorLine(interrupted ? "interrupted; no unfinished file is left" : error)}\n`);
    if (interrupted) return INTERRUPTED;
    return error instanceof UsageError ? WRONG_USAGE : FAILED;
  }
}
