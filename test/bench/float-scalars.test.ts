import { expect, it } from "vitest";
import { withFloatScalars } from "./float-scalars.ts";

it("makes double scalars floats and touches nothing else", () => {
  const value = new Uint8Array(Float64Array.of(-4).buffer);
  const graph = Uint8Array.of(7, 0x10, 11, 0x4a, 8, ...value, 0x10, 11, 9, 0x10, 11, 0x4a, 8);
  const float = new Uint8Array(Float32Array.of(-4).buffer);
  const changed = [7, 0x10, 1, 0x4a, 4, ...float, 0x62, 2, 0x20, 0x20];
  const unchanged = [0x10, 11, 9, 0x10, 11, 0x4a, 8];
  expect([...withFloatScalars(graph)]).toEqual([...changed, ...unchanged]);
  expect(graph.slice(5, 13)).toEqual(value);
});
