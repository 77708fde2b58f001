import { parseArgs } from "node:util";
import { UsageError } from "./command-errors.ts";

/** One row of the help table; an option without `value` is a switch. */
export interface OptionRow {
  readonly value?: string;
  readonly short?: string;
  readonly help: string;
}

export type OptionTable = Readonly<Record<string, OptionRow>>;

/** Options as written; a switch is true. */
export type OptionValues = Readonly<Record<string, string | boolean | undefined>>;

/**
 * Splits the arguments of a command into its options and the rest.
 * @throws UsageError for an unknown option or one without its value
 */
export function splitOptions(
  args: readonly string[],
  table: OptionTable,
): { values: OptionValues; positionals: string[] } {
  const options = Object.fromEntries(
    Object.entries(table).map(([name, { value, short }]) => [
      name,
      { type: value === undefined ? ("boolean" as const) : ("string" as const), ...(short && { short }) },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options,
      allowPositionals: true,
      strict: true,
    });
    return { values: values as OptionValues, positionals };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** @throws UsageError when it was given without a value */
export function textOf(values: OptionValues, name: string): string | undefined {
  const value = values[name];
  if (value === "") throw new UsageError(`--${name} needs a value`);
  return typeof value === "string" ? value : undefined;
}

/** @throws UsageError when it is not a number from `min` to `max` */
export function numberOf(
  name: string,
  text: string | undefined,
  min: number,
  max: number,
): number | undefined {
  if (text === undefined) return undefined;
  const value = /^-?\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(`--${name} ${text} is not allowed: give a number from ${min} to ${max}`);
}

/** @throws UsageError when it is not a whole number from `min` to `max` */
export function wholeNumberOf(
  name: string,
  text: string | undefined,
  min: number,
  max: number,
): number | undefined {
  const value = numberOf(name, text, min, max);
  if (value === undefined || Number.isInteger(value)) return value;
  throw new UsageError(`--${name} ${text} is not allowed: give a whole number from ${min} to ${max}`);
}

/** The rows of a help text. */
export function helpRows(table: OptionTable): string[] {
  const rows = Object.entries(table).map(([name, { value, short, help }]) => {
    const names = short === undefined ? `--${name}` : `--${name}, -${short}`;
    return [value === undefined ? names : `${names} ${value}`, help] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, help]) => `  ${left.padEnd(width)}  ${help}`);
}
