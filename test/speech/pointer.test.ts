import { describe, expect, it } from "vitest";
import { ageInput, movePointer, POINTER_START, windowOf } from "../../runtime/speech/pointer.ts";

const sizes = { windowBefore: 1, windowAfter: 3, ages: 12, maxAdvance: 5 };
const stop = { klThreshold: 0.5, targetMean: 1, targetLogScale: 1, restFrames: 6, maxAge: 11 };
const symbols = Int32Array.of(1, 20, 30, 40, 5);

/** Probabilities whose largest is at `step`. */
function towards(step: number): Float32Array {
  return Float32Array.from({ length: 6 }, (_, index) => (index === step ? 0.5 : 0.1));
}

describe("windowOf", () => {
  it("gives the symbols round the pointer and <pad> beyond both ends", () => {
    expect([...windowOf(symbols, POINTER_START, sizes)]).toEqual([0, 1, 20, 30, 40]);
    expect([...windowOf(symbols, { symbol: 3, age: 0 }, sizes)]).toEqual([30, 40, 5, 0, 0]);
  });
});

describe("ageInput", () => {
  it("stays within the ages the model knows", () => {
    expect([0, 11, 12, 40].map((age) => ageInput({ symbol: 4, age }, sizes))).toEqual([0, 11, 11, 11]);
  });
});

describe("movePointer", () => {
  it("moves by the likeliest step and starts the age anew", () => {
    expect(movePointer({ symbol: 1, age: 4 }, towards(2), 4, stop)).toEqual({ symbol: 3, age: 0 });
  });

  it("grows older where it stays", () => {
    expect(movePointer({ symbol: 1, age: 4 }, towards(0), 4, stop)).toEqual({ symbol: 1, age: 5 });
  });

  it("is pushed on when it stayed for maxAge frames", () => {
    expect(movePointer({ symbol: 1, age: 10 }, towards(0), 4, stop)).toEqual({ symbol: 1, age: 11 });
    expect(movePointer({ symbol: 1, age: 11 }, towards(0), 4, stop)).toEqual({ symbol: 2, age: 0 });
  });

  it("never passes the final mark, where it may rest", () => {
    expect(movePointer({ symbol: 3, age: 0 }, towards(5), 4, stop)).toEqual({ symbol: 4, age: 0 });
    expect(movePointer({ symbol: 4, age: 30 }, towards(3), 4, stop)).toEqual({ symbol: 4, age: 31 });
  });

  it("takes the first of equally likely steps", () => {
    expect(movePointer({ symbol: 0, age: 0 }, Float32Array.of(0.2, 0.4, 0.4), 4, stop).symbol).toBe(1);
  });
});
