import {
  createVoicePreview,
  type VoicePreview,
  type VoicePreviewOptions,
} from "../plugin/preview/voice-preview.ts";
import { element } from "./element.ts";
import { createLineBar, type LineActions } from "./line-bar.ts";
import { createLineView } from "./line-view.ts";
import { createSeedBar } from "./seed-bar.ts";
import { createSeedMap } from "./seed-map.ts";
import { createSideTabs } from "./side-tabs.ts";
import { createTraitSliders } from "./trait-sliders.ts";

export interface LabOptions extends VoicePreviewOptions, LineActions {}

/** Makes the page within an element. Returns the preview that it shows, to be disposed by the caller. */
export function mountLab(root: HTMLElement, options: LabOptions): VoicePreview {
  const preview = createVoicePreview(options);
  const { speaker, sampleRateHz, name } = options.synthesizer.manifest;
  const bar = createLineBar(preview, options);
  const views = [
    createSideTabs(preview, speaker, bar.speakIfWished),
    createSeedBar(preview, bar.speakIfWished),
    createTraitSliders(preview, speaker, bar.speakIfWished),
    createSeedMap(preview, speaker, bar.speakIfWished),
    bar,
    createLineView(preview, sampleRateHz, () => void bar.speak()),
  ] as const;
  const [tabs, seedBar, sliders, map, , line] = views;
  root.replaceChildren(
    element(
      "header",
      { class: "head" },
      element("h1", {}, "Voice Lab"),
      element("p", {}, "A voice is a number. Find one, hold what you like of it, and take it into the game."),
      element("p", { class: "model" }, `weights: ${name}`),
    ),
    map.root,
    element("section", { class: "card voice-card" }, tabs.root, seedBar.root, sliders.root),
    element("section", { class: "card line-card" }, bar.root, line.root),
  );
  const show = (state: VoicePreview["state"]) => {
    root.dataset["side"] = state.side;
    for (const view of views) view.show(state);
  };
  preview.onChange.add(show);
  show(preview.state);
  return preview;
}
