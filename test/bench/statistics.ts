/** The middle value, or the mean of the two in the middle; NaN of nothing. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which a part (0 to 1) of the values lies, linear between neighbours; NaN of nothing. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const lower = sorted[Math.floor(at)] ?? Number.NaN;
  const upper = sorted[Math.ceil(at)] ?? Number.NaN;
  return lower + (upper - lower) * (at - Math.floor(at));
}

export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 2000;
const CONFIDENCE = 0.95;

/**
 * Median of `above` over median of `below` with its 95 % percentile bootstrap interval. Pairs of the same round are drawn
 * together, so that what slowed a whole round cancels. The same values give the same interval.
 */
export function ratioOfMedians(above: readonly number[], below: readonly number[]): Interval {
  const rounds = Math.min(above.length, below.length);
  const random = createRandom(1);
  const ratioOf = (picks: readonly number[]) =>
    median(picks.map((pick) => above[pick] ?? NaN)) / median(picks.map((pick) => below[pick] ?? NaN));
  const all = Array.from({ length: rounds }, (_, round) => round);
  const resampled = Array.from({ length: RESAMPLES }, () =>
    ratioOf(all.map(() => Math.floor(random() * rounds))),
  );
  const tail = (1 - CONFIDENCE) / 2;
  return { value: ratioOf(all), low: quantile(resampled, tail), high: quantile(resampled, 1 - tail) };
}

/** Uniform in [0, 1): a linear congruential generator (Numerical Recipes, ranqd1). */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A Markdown table; the first row is its head. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  return [head, head.map(() => "---"), ...body].map((row) => `| ${row.join(" | ")} |\n`).join("");
}
