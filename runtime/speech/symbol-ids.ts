import { WeightsError } from "../errors.ts";
import type { Manifest } from "../manifest.ts";

/**
 * Turns symbols into the model's ids.
 * @throws WeightsError (the function made) for a symbol that the model does not have
 */
export function symbolIdsOf({ name, symbols }: Manifest): (sentence: readonly string[]) => Int32Array {
  const idOf = new Map(symbols.map((symbol, id) => [symbol, id]));
  return (sentence) =>
    Int32Array.from(sentence, (symbol) => {
      const id = idOf.get(symbol);
      if (id !== undefined) return id;
      throw new WeightsError(
        `The weights "${name}" have no symbol "${symbol}", which the text needs. Use weights exported for this version.`,
      );
    });
}
