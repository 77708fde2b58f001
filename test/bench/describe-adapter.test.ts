import { describe, expect, it } from "vitest";
import { describeAdapter, isSoftware } from "./describe-adapter.ts";

const info = (given: Partial<GPUAdapterInfo>) =>
  ({
    vendor: "",
    architecture: "",
    device: "",
    description: "",
    isFallbackAdapter: false,
    ...given,
  }) as GPUAdapterInfo;

describe("an adapter", () => {
  it.each<Partial<GPUAdapterInfo>>([
    { vendor: "google", architecture: "swiftshader" },
    { description: "llvmpipe (LLVM 15.0.7, 256 bits)" },
    { vendor: "microsoft", description: "Microsoft Basic Render Driver" },
    { vendor: "someone", isFallbackAdapter: true },
  ])("of software is known as such: %o", (given) => {
    expect(isSoftware(describeAdapter(info(given)))).toBe(true);
  });

  it.each<Partial<GPUAdapterInfo>>([
    { vendor: "nvidia", architecture: "hopper", description: "NVIDIA H200" },
    { vendor: "apple", architecture: "metal-3" },
    {},
  ])("of hardware is not taken for it: %o", (given) => {
    expect(isSoftware(describeAdapter(info(given)))).toBe(false);
  });
});
