import { parseArgs, type ParseArgsConfig } from "node:util";
import { fileURLToPath } from "node:url";

/** The command line cannot be understood. */
export class UsageError extends Error {}

/** The folder of the shipped weights. */
export const SHIPPED_WEIGHTS = fileURLToPath(new URL("../../weights/small", import.meta.url));

/** @throws UsageError for an option that is unknown, or a word that is none */
export function parseOptions<T extends NonNullable<ParseArgsConfig["options"]>>(
  args: readonly string[],
  options: T,
) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** @throws UsageError when it is no whole number of at least `least` */
export function parseCount(name: string, text: string, least = 1): number {
  const count = Number(text);
  if (text.trim() !== "" && Number.isInteger(count) && count >= least) return count;
  throw new UsageError(`--${name} is "${text}"; allowed: whole numbers of at least ${least}`);
}

/** Numbers divided by commas. */
export function parseCounts(name: string, text: string, least = 1): number[] {
  return text.split(",").map((each) => parseCount(name, each, least));
}

/** @throws UsageError when it is none of them */
export function parseChoice<T extends string>(name: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === text);
  if (found !== undefined) return found;
  throw new UsageError(`--${name} is "${text}"; allowed: ${allowed.join(", ")}`);
}
