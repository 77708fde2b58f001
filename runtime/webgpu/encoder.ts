/** Encoders on the GPU: samples -> posterior of normalised latents (weights/recipe/graphs.py). */
import type { Posterior } from "../backend.ts";
import type { ModelManifest } from "../manifest.ts";
import type { ClipLayerList, ClipNetwork } from "./clip.ts";
import type { Gpu } from "./gpu.ts";
import { createFreeable } from "./gpu-scope.ts";
import { createSpectrumEncoder } from "./spectrum-encoder.ts";
import type { Tensors } from "./tensors.ts";
import { createWaveformEncoder } from "./waveform-encoder.ts";

/**
 * @param tensors of encoder.safetensors; its matrices are uploaded at the first clip
 * @returns a network that takes [n * samplesPerLatent] samples
 */
export function createEncoder(gpu: Gpu, tensors: Tensors, manifest: ModelManifest): ClipNetwork {
  const layersOf = createLayerList(gpu, tensors, manifest);
  return (samples) =>
    createFreeable(gpu, async (scoped) => {
      const latents = samples.length / manifest.samplesPerLatent;
      const { layers, result } = await layersOf(scoped, samples);
      await tensors.upload();
      return {
        dispatches: layers.map((layer) => layer({ voices: 1, latents })),
        result,
        bytes: latents * 2 * manifest.latentDim * 4,
        posterior: (output) => normalised(output, tensors, manifest),
      };
    });
}

function createLayerList(gpu: Gpu, tensors: Tensors, manifest: ModelManifest): ClipLayerList {
  const { encoder } = manifest;
  return encoder.kind === "waveform"
    ? createWaveformEncoder(gpu, tensors, { ...manifest, encoder })
    : createSpectrumEncoder(gpu, tensors, { ...manifest, encoder });
}

/** Rows of means and log-scales of the network -> those of normalised latents. */
function normalised(
  output: Float32Array,
  tensors: Tensors,
  { encoder, latentDim }: ModelManifest,
): Posterior {
  const means = tensors.floats("latent_mean");
  const deviations = tensors.floats("latent_std");
  const frames = output.length / (2 * latentDim);
  const mean = new Float32Array(frames * latentDim);
  const logScale = new Float32Array(frames * latentDim);
  for (let i = 0; i < mean.length; i++) {
    const dim = i % latentDim;
    const row = Math.floor(i / latentDim) * 2 * latentDim;
    const deviation = deviations[dim] ?? 1;
    const rawLogScale = output[row + latentDim + dim] ?? 0;
    mean[i] = ((output[row + dim] ?? 0) - (means[dim] ?? 0)) / deviation;
    logScale[i] =
      Math.min(Math.max(rawLogScale, encoder.logScaleMin), encoder.logScaleMax) - Math.log(deviation);
  }
  return { mean, logScale };
}
