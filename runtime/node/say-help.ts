import { helpRows } from "./options.ts";
import { SAY_OPTIONS } from "./say-options.ts";

/** The text of `say --help`. */
export function sayHelp(): string {
  return [
    'usage: npm run say -- "Halt! Who goes there?" --seed 42 --out halt.wav',
    "       npm run say -- - < speech.txt            (the text comes from standard input)",
    "       npm run say -- --file lines.txt --out-dir lines",
    "",
    ...helpRows(SAY_OPTIONS),
    "",
    "Exit codes: 0 done, 1 the line could not be said, 2 wrong usage, 130 interrupted.",
    "",
  ].join("\n");
}
