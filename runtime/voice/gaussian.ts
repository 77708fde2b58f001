/**
 * Counter-based Gaussian noise: value `index` of a stream is a pure function of (seed, stream, index), so the CPU, a
 * GPU and the training recipe draw the same voice and the same line in any order (weights/FORMAT.md).
 */
import type { Seed } from "./seed.ts";

type Words = readonly [number, number, number, number];

/** Values of one counter. */
const LANES = 4;

/**
 * Four u32 -> four well mixed u32.
 * Source: Jarzynski and Olano, "Hash Functions for GPU Rendering", JCGT 9(3), 2020.
 */
export function pcg4d(...words: Words): Words {
  const [a, b, c, d] = words;
  const [x, y, z, w] = stir([advance(a), advance(b), advance(c), advance(d)]);
  return stir([x ^ (x >>> 16), y ^ (y >>> 16), z ^ (z >>> 16), w ^ (w >>> 16)]);
}

function advance(word: number): number {
  return Math.imul(word, 1664525) + 1013904223;
}

function stir([x, y, z, w]: Words): Words {
  const x2 = (x + Math.imul(y, w)) >>> 0;
  const y2 = (y + Math.imul(z, x2)) >>> 0;
  const z2 = (z + Math.imul(x2, y2)) >>> 0;
  return [x2, y2, z2, (w + Math.imul(y2, z2)) >>> 0];
}

/** A u32 as a number strictly between 0 and 1. */
function toUniform(word: number): number {
  return (word + 0.5) / 2 ** 32;
}

/** Box-Muller of two pairs of u32 into `lanes`: even lanes take the cosine, odd lanes the sine. */
function boxMuller([x, y, z, w]: Words, lanes: Float32Array): void {
  spread(x, y, lanes, 0);
  spread(z, w, lanes, 2);
}

function spread(first: number, second: number, lanes: Float32Array, lane: number): void {
  const radius = Math.sqrt(-2 * Math.log(toUniform(first)));
  const angle = 2 * Math.PI * toUniform(second);
  lanes[lane] = radius * Math.cos(angle);
  lanes[lane + 1] = radius * Math.sin(angle);
}

/** The f32 N(0, 1) value at `index` (whole, below 2^34) of a seed's u32 `stream`. */
export function gaussian(seed: Seed, stream: number, index: number): number {
  const [value = NaN] = fillGaussian(new Float32Array(1), seed, stream, index);
  return value;
}

/** Fills `target` with the values at `firstIndex`, `firstIndex` + 1, ... of a seed's stream, and returns it. */
export function fillGaussian(
  target: Float32Array,
  seed: Seed,
  stream: number,
  firstIndex: number,
): Float32Array {
  const lanes = new Float32Array(LANES);
  let counter = -1;
  for (let offset = 0; offset < target.length; offset++) {
    const index = firstIndex + offset;
    if (Math.floor(index / LANES) !== counter) {
      counter = Math.floor(index / LANES);
      boxMuller(pcg4d(seed.lo, seed.hi, stream, counter), lanes);
    }
    target[offset] = lanes[index % LANES] ?? NaN;
  }
  return target;
}
