const MOST_RUNS = 4;

/** Short words are also drawn out by doubling the last letter: "noo", "heyy", "ohh", "umm". */
const DOUBLED_END = /^[a-z']{1,3}?([aiouyhm])\1$/;

/** All ways to write each run of three or more equal letters as two letters or one; two letters first. */
function collapseRuns(word: string): string[] {
  const runs = /([a-z])\1{2,}/g;
  const count = [...word.matchAll(runs)].length;
  if (count === 0) return [];
  if (count > MOST_RUNS) return [word.replace(runs, "$1")];
  return Array.from({ length: 2 ** count }, (_, choice) => {
    let run = 0;
    return word.replace(runs, (_run, letter: string) => ((choice >> run++) & 1 ? letter : letter + letter));
  });
}

/**
 * Plainer spellings of a word drawn out for effect, likeliest first: "nooooo" -> "noo", "no". Empty for a word that is
 * not drawn out.
 */
export function stretchedSpellings(word: string): string[] {
  const shorter = collapseRuns(word);
  const undoubled = [word, ...shorter].filter((spelling) => DOUBLED_END.test(spelling));
  return [...new Set([...shorter, ...undoubled.map((spelling) => spelling.slice(0, -1))])];
}
