/** Which component of the voices there are a latent or a wish belongs to. */
import type { SpeakerComponent, TraitName } from "../manifest.ts";
import type { Seed } from "./seed.ts";
import { componentOf, componentShareOf, pickByShare, type SpeakerCalibration } from "./speaker-latent.ts";
import { componentAxes, type SpeakerSpace } from "./trait-space.ts";
import { dot, gram, logGaussian } from "./vectors.ts";
import { whiten } from "./whitening.ts";

/** The component that a latent [S] was most likely drawn from. */
export function likeliestComponent(
  latent: ArrayLike<number>,
  { components }: SpeakerCalibration,
): SpeakerComponent {
  const likelihood = (component: SpeakerComponent) => {
    const whitened = whiten(latent, component);
    const logVolume = component.cholesky.reduce((sum, row, i) => sum + Math.log(row[i] ?? 1), 0);
    return Math.log(component.weight) - logVolume - dot(whitened, whitened) / 2;
  };
  return components
    .map((component) => ({ component, score: likelihood(component) }))
    .reduce((best, each) => (each.score > best.score ? each : best)).component;
}

/** Shares of the components among voices of the given readings, each known up to its error; they sum up to 1. */
export function componentShares(
  readings: ReadonlyMap<TraitName, number>,
  speaker: SpeakerSpace,
): readonly number[] {
  const scores = componentAxes(speaker).map((axes, index) => {
    const asked = [...readings].map(([name, reading]) => ({ ...axes[name], reading }));
    const spread = gram(asked.map(({ axis }) => axis));
    const covariance = asked.map(({ error }, i) =>
      (spread[i] ?? []).map((value, j) => (i === j ? value + error ** 2 : value)),
    );
    const offsets = asked.map(({ reading, center }) => reading - center);
    return Math.log(speaker.components[index]?.weight ?? 0) + logGaussian(offsets, covariance);
  });
  const best = Math.max(...scores);
  return toShares(scores.map((score) => Math.exp(score - best)));
}

/** Weights that sum up to 1, in proportion to those given. */
export function toShares(weights: readonly number[]): readonly number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/**
 * Number of the component of a seed when seeds have other shares of components than the manifest's: its own as often as
 * the shares allow (a maximal coupling), so that a wish moves as few seeds as possible to another one.
 */
export function componentUnder(shares: readonly number[], seed: Seed, speaker: SpeakerCalibration): number {
  const own = componentOf(seed, speaker);
  const usual = speaker.components.map(({ weight }) => weight);
  const before = usual.slice(0, own).reduce((sum, weight) => sum + weight, 0);
  const within = componentShareOf(seed, speaker) - before;
  const kept = Math.min(usual[own] ?? 0, shares[own] ?? 0);
  if (within < kept) return own;
  const gains = shares.map((share, index) => Math.max(0, share - (usual[index] ?? 0)));
  const left = (within - kept) / ((usual[own] ?? 0) - kept);
  return pickByShare(left * gains.reduce((sum, gain) => sum + gain, 0), gains);
}
