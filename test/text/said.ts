import { phonemize, type PhonemizeOptions, type SentenceSegment } from "../../runtime/text/phonemize.ts";

/** The sentences among the segments of a text. */
export function sentencesOf(text: string, options?: PhonemizeOptions): SentenceSegment[] {
  return phonemize(text, options).filter((segment) => segment.kind === "sentence");
}

/** All symbols of a text in one line, sentences divided by slashes. */
export function said(text: string, options?: PhonemizeOptions): string {
  return sentencesOf(text, options)
    .map(({ symbols }) => symbols.join(" "))
    .join(" / ");
}
