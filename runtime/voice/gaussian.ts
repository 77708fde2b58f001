/**
 * Counter-based Gaussian noise: value `index` of a stream is a pure function of (seed, stream, index), so the CPU, a
 * GPU and the training recipe draw the same voice and the same line in any order (weights/FORMAT.md).
 */
import type { Seed } from "./seed.ts";

type Words = readonly [number, number, number, number];
type Lane = 0 | 1 | 2 | 3;

/**
 * Four u32 -> four well mixed u32.
 * Source: Jarzynski and Olano, "Hash Functions for GPU Rendering", JCGT 9(3), 2020.
 */
export function pcg4d(...words: Words): Words {
  const [x, y, z, w] = stir(words.map((word) => Math.imul(word, 1664525) + 1013904223) as unknown as Words);
  return stir([x ^ (x >>> 16), y ^ (y >>> 16), z ^ (z >>> 16), w ^ (w >>> 16)]);
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

/** Box-Muller of one pair of u32: even lanes take the cosine, odd lanes the sine. */
function boxMuller(words: Words, lane: Lane): number {
  const [first, second] = lane < 2 ? [words[0], words[1]] : [words[2], words[3]];
  const radius = Math.sqrt(-2 * Math.log(toUniform(first)));
  const angle = 2 * Math.PI * toUniform(second);
  return Math.fround(radius * (lane % 2 === 0 ? Math.cos(angle) : Math.sin(angle)));
}

/** The f32 N(0, 1) value at `index` (whole, below 2^34) of a seed's u32 `stream`. */
export function gaussian(seed: Seed, stream: number, index: number): number {
  return boxMuller(pcg4d(seed.lo, seed.hi, stream, Math.floor(index / 4)), (index % 4) as Lane);
}

/** Fills `target` with the values at `firstIndex`, `firstIndex` + 1, ... of a seed's stream, and returns it. */
export function fillGaussian(
  target: Float32Array,
  seed: Seed,
  stream: number,
  firstIndex: number,
): Float32Array {
  let counter = -1;
  let words: Words = [0, 0, 0, 0];
  for (let offset = 0; offset < target.length; offset++) {
    const index = firstIndex + offset;
    if (Math.floor(index / 4) !== counter) {
      counter = Math.floor(index / 4);
      words = pcg4d(seed.lo, seed.hi, stream, counter);
    }
    target[offset] = boxMuller(words, (index % 4) as Lane);
  }
  return target;
}
