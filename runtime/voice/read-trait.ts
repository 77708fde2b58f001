import type { TraitFit, TraitName } from "../manifest.ts";
import { dot } from "./vectors.ts";

/** The reading of one trait of a speaker latent [S], in the units of the manifest. */
export function readTrait(
  name: TraitName,
  latent: ArrayLike<number>,
  { traits }: { readonly traits: Readonly<Record<TraitName, TraitFit>> },
): number {
  return dot(traits[name].weights, latent) + traits[name].bias;
}
