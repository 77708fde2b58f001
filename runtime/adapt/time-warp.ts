/** The way two sequences run side by side: step i pairs item rows[i] of the first with columns[i] of the second. */
export interface TimeWarp {
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  /** Mean distance along the way; a step along both counts twice. */
  readonly cost: number;
}

const BOTH = 0;
const ROW = 1;
const COLUMN = 2;

/**
 * Dynamic time warping of sequences of `rows` and `columns` items (at least 1 each) whose `distance` is given: the
 * cheapest way from the first pair to the last in steps of one along either or both.
 * Source: Sakoe and Chiba, "Dynamic Programming Algorithm Optimization for Spoken Word Recognition", 1978 (symmetric,
 * slope not limited).
 */
export function warpTime(
  rows: number,
  columns: number,
  distance: (row: number, column: number) => number,
): TimeWarp {
  const total = new Float64Array(rows * columns);
  const steps = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const index = row * columns + column;
      const here = distance(row, column);
      const both = row > 0 && column > 0 ? (total[index - columns - 1] ?? 0) + 2 * here : Infinity;
      const byRow = row > 0 ? (total[index - columns] ?? 0) + here : Infinity;
      const byColumn = column > 0 ? (total[index - 1] ?? 0) + here : Infinity;
      const least = index === 0 ? 2 * here : Math.min(both, byRow, byColumn);
      total[index] = least;
      steps[index] = least === both ? BOTH : least === byRow ? ROW : COLUMN;
    }
  }
  return { ...wayBack(steps, rows, columns), cost: (total[rows * columns - 1] ?? 0) / (rows + columns) };
}

function wayBack(steps: Uint8Array, rows: number, columns: number): Pick<TimeWarp, "rows" | "columns"> {
  const way: { row: number; column: number }[] = [];
  let row = rows - 1;
  let column = columns - 1;
  while (row > 0 || column > 0) {
    way.push({ row, column });
    const step = steps[row * columns + column];
    if (step !== COLUMN) row -= 1;
    if (step !== ROW) column -= 1;
  }
  way.push({ row, column });
  way.reverse();
  return {
    rows: Int32Array.from(way, (each) => each.row),
    columns: Int32Array.from(way, (each) => each.column),
  };
}
