import { type OptionRow, SAY_OPTIONS } from "./say-options.ts";

/** The text of `say --help`. */
export function sayHelp(): string {
  const rows = Object.entries<OptionRow>(SAY_OPTIONS).map(([name, { value, short, help }]) => {
    const names = short === undefined ? `--${name}` : `--${name}, -${short}`;
    return [value === undefined ? names : `${names} ${value}`, help] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length));
  return [
    'usage: npm run say -- "Halt! Who goes there?" --seed 42 --out halt.wav',
    "       npm run say -- - < speech.txt            (the text comes from standard input)",
    "       npm run say -- --file lines.txt --out-dir lines",
    "",
    ...rows.map(([left, help]) => `  ${left.padEnd(width)}  ${help}`),
    "",
    "Exit codes: 0 done, 1 the line could not be said, 2 wrong usage, 130 interrupted.",
    "",
  ].join("\n");
}
