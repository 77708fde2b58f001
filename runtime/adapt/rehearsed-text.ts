import type { Manifest } from "../manifest.ts";
import { symbolIdsOf } from "../speech/symbol-ids.ts";
import type { UserLexicon } from "../text/lexicon.ts";
import { phonemize } from "../text/phonemize.ts";

/** What the model rehearses while it learns a voice. Together the sentences have nearly every phone of English. */
export const REHEARSED =
  "The boy was there when the sun rose over the huge farm. A rod is used to catch pink salmon. " +
  "Vision and leisure should go with joy and measure. Thieves who rob friends deserve jail, she laughed.";

/**
 * Symbol ids of every sentence of a text.
 * @throws VoiceTextError when it cannot be spoken
 */
export function sentencesOf(text: string, lexicon: UserLexicon, manifest: Manifest): Int32Array[] {
  const idsOf = symbolIdsOf(manifest);
  return phonemize(text, { lexicon }).flatMap((segment) =>
    segment.kind === "pause" ? [] : [idsOf(segment.symbols)],
  );
}
