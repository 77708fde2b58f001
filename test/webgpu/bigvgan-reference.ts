/** The BigVGAN-style decoder in plain loops over whole sequences (weights/recipe/official.py), with random weights. */
import { kaiserLowPass, type BigVganShape } from "../../runtime/webgpu/bigvgan-decoder.ts";
import type { WeightType } from "../../runtime/webgpu/gpu.ts";
import type { Tensors } from "../../runtime/webgpu/tensors.ts";
import { noise } from "./run-kernel.ts";

interface Stored {
  readonly shape: readonly number[];
  readonly values: Float32Array<ArrayBuffer>;
}

export type RandomWeights = ReadonlyMap<string, Stored>;

/** [channel][time] */
type Sequence = readonly (readonly number[])[];

export function randomBigVgan({
  latentDim,
  channels,
  inputKernel,
  rates,
  blockKernels,
  blockDilations,
}: BigVganShape): RandomWeights {
  const weights = new Map<string, Stored>();
  const put = (name: string, scale: number, ...shape: readonly number[]) => {
    const count = shape.reduce((all, each) => all * each, 1);
    const values = Float32Array.from(noise(count, weights.size), (value) => value * scale);
    weights.set(name, { shape, values });
  };
  const conv = (name: string, outputs: number, inputs: number, kernel: number) => {
    put(`${name}.weight`, 1 / Math.sqrt(inputs * kernel), outputs, inputs, kernel);
    put(`${name}.bias`, 0.1, outputs);
  };
  const snake = (name: string, width: number) => {
    put(`${name}.alpha`, 0.3, width);
    put(`${name}.beta`, 0.3, width);
  };
  put("latent_mean", 0.2, latentDim);
  put("latent_std", 1, latentDim);
  conv("input", channels, latentDim, inputKernel);
  rates.forEach((rate, stage) => {
    const width = channels / 2 ** (stage + 1);
    put(`up.${stage}.weight`, 1 / Math.sqrt(2 * width), 2 * width, width, 2 * rate);
    put(`up.${stage}.bias`, 0.1, width);
    blockKernels.forEach((kernel, block) =>
      blockDilations.forEach((_, pair) => {
        const name = `blocks.${stage}.${block}.pairs.${pair}`;
        for (const part of [0, 2]) {
          snake(`${name}.${part}.snake`, width);
          conv(`${name}.${part + 1}.conv`, width, width, kernel);
        }
      }),
    );
  });
  const last = channels / 2 ** rates.length;
  snake("activation.snake", last);
  conv("output.conv", 1, last, 7);
  return weights;
}

export function tensorsOf(weights: RandomWeights, weightType: WeightType): Tensors {
  const stored = (name: string): Stored => {
    const tensor = weights.get(name);
    if (tensor === undefined) throw new Error(`no tensor ${name}`);
    return tensor;
  };
  const unused = () => {
    throw new Error("the decoder lays its matrices out itself");
  };
  return {
    weightType,
    has: (name) => weights.has(name),
    shape: (name) => stored(name).shape,
    floats: (name) => stored(name).values,
    matrix: unused,
    paddedMatrix: unused,
    vector: unused,
    upload: async () => undefined,
  };
}

/** Normalised latents [frames, D] -> samples. */
export function decodeWhole(weights: RandomWeights, sizes: BigVganShape, latents: Float32Array): number[] {
  const of = (name: string) => weights.get(name)!.values;
  const lowPass = kaiserLowPass(sizes.filterTaps, 0.25, 0.3);
  const conv = (name: string, x: Sequence, dilation: number, ahead: number): number[][] => {
    const { shape, values } = weights.get(`${name}.weight`)!;
    const [outputs, inputs, kernel] = shape as [number, number, number];
    return Array.from({ length: outputs }, (_, output) =>
      x[0]!.map((_value, time) => {
        let sum = of(`${name}.bias`)[output]!;
        for (let input = 0; input < inputs; input++) {
          for (let tap = 0; tap < kernel; tap++) {
            const at = time + (tap - kernel + 1) * dilation + ahead;
            sum += values[(output * inputs + input) * kernel + tap]! * (x[input]![at] ?? 0);
          }
        }
        return sum;
      }),
    );
  };
  const up = (name: string, x: Sequence, rate: number): number[][] => {
    const { shape, values } = weights.get(`${name}.weight`)!;
    const [inputs, outputs, kernel] = shape as [number, number, number];
    return Array.from({ length: outputs }, (_, output) => {
      const y = Array.from({ length: x[0]!.length * rate }, () => of(`${name}.bias`)[output]!);
      for (let input = 0; input < inputs; input++) {
        x[input]!.forEach((value, time) => {
          for (let tap = 0; tap < kernel && time * rate + tap < y.length; tap++) {
            y[time * rate + tap]! += value * values[(input * outputs + output) * kernel + tap]!;
          }
        });
      }
      return y;
    });
  };
  const snake = (name: string, x: Sequence): number[][] =>
    x.map((row, channel) => {
      const [taps, side] = [sizes.filterTaps, sizes.filterTaps / 2];
      const edge = <T>(list: readonly T[], index: number) =>
        list[Math.min(Math.max(index, 0), list.length - 1)]!;
      const padded = Array.from({ length: row.length + 2 * side }, (_, j) => edge(row, j - side));
      const spread = Array.from({ length: 2 * padded.length + taps }, () => 0);
      padded.forEach((value, j) => lowPass.forEach((tap, k) => (spread[2 * j + k]! += 2 * value * tap)));
      const first = 2 * side + (taps - 2) / 2;
      const [a, b] = [Math.exp(of(`${name}.alpha`)[channel]!), Math.exp(-of(`${name}.beta`)[channel]!)];
      const doubled = spread
        .slice(first, first + 2 * row.length)
        .map((value) => value + b * Math.sin(a * value) ** 2);
      return row.map((_, time) =>
        lowPass.reduce((sum, tap, k) => sum + tap * edge(doubled, 2 * time + k - side + 1), 0),
      );
    });
  const plus = (a: Sequence, b: Sequence) =>
    a.map((row, c) => row.map((value, time) => value + b[c]![time]!));

  const dim = sizes.latentDim;
  const ahead = (sizes.inputKernel - 1) / 2;
  let x: number[][] = Array.from({ length: dim }, (_row, d) =>
    Array.from(
      { length: latents.length / dim },
      (_, t) => latents[t * dim + d]! * of("latent_std")[d]! + of("latent_mean")[d]!,
    ),
  );
  x = conv("input", x, 1, ahead);
  sizes.rates.forEach((rate, stage) => {
    const start = up(`up.${stage}`, x, rate);
    const blocks = sizes.blockKernels.map((_, block) => {
      let y = start;
      sizes.blockDilations.forEach((dilation, pair) => {
        const name = `blocks.${stage}.${block}.pairs.${pair}`;
        const between = conv(`${name}.1.conv`, snake(`${name}.0.snake`, y), dilation, 0);
        y = plus(y, conv(`${name}.3.conv`, snake(`${name}.2.snake`, between), 1, 0));
      });
      return y;
    });
    x = blocks.reduce(plus).map((row) => row.map((value) => value / blocks.length));
  });
  return conv("output.conv", snake("activation.snake", x), 1, 0)[0]!.map(Math.tanh);
}
