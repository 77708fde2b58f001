import { STYLE_NAMES, type StyleName } from "../styles.ts";

/** Word -> style, from the words of each style separated by blanks. */
export function styleTable(words: Readonly<Record<StyleName, string>>): ReadonlyMap<string, StyleName> {
  return new Map(
    STYLE_NAMES.flatMap((style) => words[style].split(" ").map((word) => [word, style] as const)),
  );
}
