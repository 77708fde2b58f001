/** Plain dense algebra, for the few numbers a voice has. */

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

/** The products of all pairs of rows: rows * rows^T. */
export function gram(rows: readonly ArrayLike<number>[]): number[][] {
  return rows.map((row) => rows.map((other) => dot(row, other)));
}

/** Keeps a matrix whose rows depend on each other solvable, relative to its diagonal. */
const RIDGE = 1e-9;

/** x of matrix * x = right, for a symmetric positive matrix, by elimination. */
export function solve(matrix: readonly (readonly number[])[], right: ArrayLike<number>): number[] {
  const size = matrix.length;
  const ridge = RIDGE * Math.max(...matrix.map((row, i) => row[i] ?? 0), Number.MIN_VALUE);
  const rows = matrix.map((row, i) => [
    ...row.map((value, j) => (i === j ? value + ridge : value)),
    right[i] ?? 0,
  ]);
  rows.forEach((row, pivot) => {
    for (const lower of rows.slice(pivot + 1)) {
      const factor = (lower[pivot] ?? 0) / (row[pivot] ?? 1);
      row.forEach((value, column) => (lower[column] = (lower[column] ?? 0) - factor * value));
    }
  });
  const solution = Array<number>(size).fill(0);
  for (let i = size - 1; i >= 0; i--) {
    const row = rows[i] ?? [];
    const known = solution.reduce((sum, value, j) => (j > i ? sum + value * (row[j] ?? 0) : sum), 0);
    solution[i] = ((row[size] ?? 0) - known) / (row[i] ?? 1);
  }
  return solution;
}

/** ln of the density of a Gaussian of mean 0 and a symmetric positive covariance, but for a constant of its size. */
export function logGaussian(offset: ArrayLike<number>, covariance: readonly (readonly number[])[]): number {
  const factor: number[][] = [];
  const whitened: number[] = [];
  let sum = 0;
  covariance.forEach((row, i) => {
    const below: number[] = [];
    for (let j = 0; j < i; j++)
      below.push(((row[j] ?? 0) - dot(below, factor[j] ?? [])) / (factor[j]?.[j] ?? 1));
    const pivot = Math.sqrt(Math.max((row[i] ?? 0) - dot(below, below), Number.MIN_VALUE));
    const value = ((offset[i] ?? 0) - dot(below, whitened)) / pivot;
    factor.push([...below, pivot]);
    whitened.push(value);
    sum += value * value + 2 * Math.log(pivot);
  });
  return -sum / 2;
}
