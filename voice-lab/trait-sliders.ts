import type { VoicePreview } from "../plugin/preview/voice-preview.ts";
import type { TraitName } from "../runtime/manifest.ts";
import {
  fromUnit,
  toUnit,
  TRAIT_NAMES,
  traitAxes,
  traitRange,
  type SpeakerSpace,
} from "../runtime/voice/trait-space.ts";
import { describeVoice, type VoiceDescription } from "../runtime/voice/traits.ts";
import { button, element } from "./element.ts";
import type { LabView } from "./lab-view.ts";
import { shareOf } from "./seed-sky.ts";
import { TRAIT_TEXTS } from "./trait-texts.ts";

const STEPS = 200;

/** One slider a trait. A moved slider holds its trait while seeds change; its pin lets go of it. */
export function createTraitSliders(
  preview: VoicePreview,
  speaker: SpeakerSpace,
  onSettled: () => void,
): LabView {
  const sliders = TRAIT_NAMES.map((name) => createSlider(name, preview, speaker, onSettled));
  const note = element("p", { class: "note", role: "status" });
  return {
    root: element("div", { class: "sliders" }, ...sliders.map(({ root }) => root), note),
    show(state) {
      for (const slider of sliders) slider.show(state);
      note.textContent = noteOf(state.voices[state.side]);
    },
  };
}

const BECAUSE = {
  range: "is beyond the voices this model knows",
  kind: "is not what that kind is like",
  together: "does not go with the other traits",
} as const;

function noteOf({
  compromises,
  same,
}: {
  compromises: VoicePreview["state"]["voices"]["a"]["compromises"];
  same: boolean;
}) {
  if (!same) return "This voice was made with other weights: it is the nearest by its traits.";
  const parts = compromises.map(({ trait, because, given }) => {
    const { title, format } = TRAIT_TEXTS[trait];
    return `${title} ${BECAUSE[because]}; nearest: ${format(given)}.`;
  });
  return parts.join(" ");
}

function createSlider(
  name: TraitName,
  preview: VoicePreview,
  speaker: SpeakerSpace,
  onSettled: () => void,
): LabView {
  const { low, high } = traitRange(name, speaker);
  const { title, ends, format } = TRAIT_TEXTS[name];
  const input = element("input", {
    type: "range",
    min: low,
    max: high,
    step: (high - low) / STEPS,
    "aria-label": title,
    "data-trait": name,
  });
  const value = element("output", {});
  const word = element("span", { class: "word" });
  const own = element("i", { class: "own", title: "the seed's own" });
  const pin = button("", () => {
    const { wish, description } = preview.state.voices[preview.state.side];
    preview.setTrait(name, wish[name] === undefined ? unitValue(name, description) : undefined);
    onSettled();
  });
  pin.className = "pin";
  input.addEventListener("input", () => preview.setTrait(name, toUnit(name, Number(input.value))));
  input.addEventListener("change", onSettled);
  const blur = traitAxes(speaker)[name].error / (high - low);
  const track = element("div", { class: "track", style: `--error: ${(200 * blur).toFixed(1)}%` }, own, input);
  return {
    root: element(
      "div",
      { class: "slider" },
      element("header", {}, element("b", {}, title), word, value, pin),
      element("div", { class: "scale" }, element("span", {}, ends[0]), track, element("span", {}, ends[1])),
    ),
    show({ side, voices, locked }) {
      const { description, wish, seed } = voices[side];
      const held = wish[name] !== undefined;
      const reading = fromUnit(name, unitValue(name, description));
      input.value = String(reading);
      input.disabled = locked[side];
      pin.disabled = locked[side];
      value.textContent = format(unitValue(name, description));
      word.textContent = description.words[name];
      pin.textContent = held ? "held" : "free";
      pin.setAttribute("aria-pressed", String(held));
      pin.setAttribute("aria-label", `${title} is ${held ? "held: let go" : "free: hold"}`);
      track.style.setProperty("--share", percent(shareOf(name, reading, speaker)));
      const ofSeed = fromUnit(name, unitValue(name, describeVoice(seed, speaker)));
      track.style.setProperty("--own", percent(shareOf(name, ofSeed, speaker)));
      own.hidden = !held;
    },
  };
}

function unitValue(name: TraitName, { pitchHz, size, pace, brightness }: VoiceDescription): number {
  return { pitch: pitchHz, size, pace, brightness }[name];
}

function percent(share: number): string {
  return `${(100 * Math.max(0, Math.min(1, share))).toFixed(2)}%`;
}
