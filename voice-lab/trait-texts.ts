import type { TraitName } from "../runtime/manifest.ts";

/** How a trait is written on the page. */
interface TraitText {
  readonly title: string;
  /** What the low and the high end are. */
  readonly ends: readonly [string, string];
  /** A value in its unit. */
  readonly format: (value: number) => string;
}

export const TRAIT_TEXTS: Readonly<Record<TraitName, TraitText>> = {
  pitch: { title: "Pitch", ends: ["deep", "high"], format: (hz) => `${hz.toFixed(0)} Hz` },
  size: { title: "Size", ends: ["small", "large"], format: (ratio) => `× ${ratio.toFixed(2)}` },
  pace: { title: "Pace", ends: ["slow", "quick"], format: (ratio) => `× ${ratio.toFixed(2)}` },
  brightness: {
    title: "Brightness",
    ends: ["dark", "bright"],
    format: (slope) => `${slope < 0 ? "−" : "+"}${Math.abs(slope).toFixed(1)} dB/oct`,
  },
};
