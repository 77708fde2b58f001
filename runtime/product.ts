/** The product of some numbers, 1 of none: how many numbers an array of this shape has. */
export function product(numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all * each, 1);
}
