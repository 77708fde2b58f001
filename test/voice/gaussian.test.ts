import { describe, expect, it } from "vitest";
import { fillGaussian, gaussian, pcg4d } from "../../runtime/voice/gaussian.ts";
import { fnv1a32, lineStream } from "../../runtime/voice/line-stream.ts";
import { parseSeed } from "../../runtime/voice/seed.ts";
import { componentOf, speakerLatentOf } from "../../runtime/voice/speaker-latent.ts";
import { shipped } from "./spaces.ts";

// Every table here is printed by `python3 weights/recipe/noise.py`, which computes it in numpy.

describe("pcg4d", () => {
  it("gives the words of the numpy implementation", () => {
    expect(pcg4d(0, 0, 0, 0)).toEqual([0x0f02f829, 0x2d568769, 0x32b0c43b, 0xd32548ea]);
    expect(pcg4d(1, 2, 3, 4)).toEqual([0x3622cd16, 0xf11471d8, 0xe1109b3f, 0x02b94c2f]);
    expect(pcg4d(0xffffffff, 0xdeadbeef, 0x12345678, 0x80000000)).toEqual([
      0x4243b264, 0x98f1baf1, 0xc4c5c501, 0xb2544380,
    ]);
  });
});

describe("gaussian", () => {
  const table = [
    {
      seed: "0",
      stream: 0,
      first: 0,
      values: [
        1.0531738996505737, 2.1362428665161133, 0.8149014115333557, -1.6046226024627686, -0.6000232100486755,
        -0.9077537059783936,
      ],
    },
    {
      seed: "42",
      stream: 1,
      first: 0,
      values: [
        0.29388824105262756, 0.3662685453891754, -0.5805945992469788, 1.0571672916412354, 0.2624046206474304,
        -0.9295595288276672,
      ],
    },
    {
      seed: "0x123456789abcdef0",
      stream: 0xffffffff,
      first: 6397,
      values: [
        0.18204925954341888, 1.863649845123291, 0.23420779407024384, 0.18597276508808136, -1.757372260093689,
        1.0215487480163574,
      ],
    },
  ];

  it.each(table)(
    "gives the numpy values of seed $seed, stream $stream",
    ({ seed, stream, first, values }) => {
      const key = parseSeed(seed);
      const one = values.map((_, offset) => gaussian(key, stream, first + offset));
      expect(one.every((value, index) => Math.abs(value - (values[index] ?? NaN)) < 1e-6)).toBe(true);
      expect([...fillGaussian(new Float32Array(values.length), key, stream, first)]).toEqual(one);
    },
  );

  it("has mean 0 and variance 1 and no correlation of neighbours", () => {
    const values = fillGaussian(new Float32Array(40_000), parseSeed(7), 3, 0);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    const lag = values.reduce((sum, value, i) => sum + value * (values[i + 1] ?? 0), 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(variance - 1)).toBeLessThan(0.03);
    expect(Math.abs(lag)).toBeLessThan(0.02);
  });
});

describe("lineStream", () => {
  it("gives the streams of the numpy implementation", () => {
    expect(fnv1a32("")).toBe(0x811c9dc5);
    expect(lineStream("", 0)).toBe(0x811c9dc6);
    expect(fnv1a32("Hello, world.")).toBe(0xe490e269);
    expect(lineStream("Hello, world.", 0)).toBe(0xe490e26a);
    expect(lineStream("Hello, world.", 7)).toBe(0xb714b667);
    expect(fnv1a32("Žofie říká: „Ahoj!“ 🎲")).toBe(0x447ede05);
    expect(lineStream("Žofie říká: „Ahoj!“ 🎲", 0xffffffff)).toBe(0x25b65843);
  });
});

describe("speakerLatentOf", () => {
  const first = {
    weight: 0.25,
    mean: [0.5, -1, 2],
    cholesky: [
      [1.5, 0, 0],
      [-0.25, 0.5, 0],
      [0.125, 1, 2],
    ],
  };
  const second = {
    weight: 0.75,
    mean: [-3, 0, 1],
    cholesky: [
      [1, 0, 0],
      [0, 2, 0],
      [0, 0, 3],
    ],
  };

  const speaker = { ...first, components: [first, second], traits: shipped.traits, clear: [] };

  it.each([
    ["0xfedcba9876543210", 1, [-1.9871809482574463, 0.09120575338602066, 1.9666625261306763]],
    ["1", 1, [-4.627752304077148, -3.7958765029907227, -2.1300368309020996]],
    ["2", 1, [-1.3095418214797974, -1.8764495849609375, -0.3311336636543274]],
    ["3", 0, [0.6424792408943176, -0.5985093116760254, 3.2845141887664795]],
  ])("gives the numpy component and latent of seed %s", (seed, component, expected) => {
    expect(componentOf(parseSeed(seed), speaker)).toBe(component);
    expectLatent(speakerLatentOf(parseSeed(seed), speaker), expected);
  });

  it.each([
    ["0xfedcba9876543210", [-1.9871809482574463, 0.09120575338602066, 1.9666625261306763]],
    ["1", [-3.09128999710083, 1.1140028238296509, 2.792807102203369]],
    ["2", [-1.3095418214797974, -1.8764495849609375, -0.3311336636543274]],
    ["3", [-1.3471407890319824, -0.7456746697425842, 1.9567997455596924]],
  ])("gives the numpy latent of seed %s where seeds with unclear voices draw again", (seed, expected) => {
    const size = { weights: [1, 0, 0.5], bias: 0.25, error: 0 };
    const clear = [{ trait: "size", low: -2.5, high: 0 }] as const;
    const traits = { ...speaker.traits, size };
    expectLatent(speakerLatentOf(parseSeed(seed), { ...speaker, traits, clear }), expected);
  });
});

function expectLatent(latent: Float32Array, expected: readonly number[]): void {
  expect(latent).toHaveLength(expected.length);
  expected.forEach((value, dim) => expect(latent[dim]).toBeCloseTo(value, 6));
}
