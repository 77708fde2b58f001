import type { PreviewSide, PreviewState, VoicePreview } from "../plugin/preview/voice-preview.ts";
import { voiceDistance } from "../runtime/voice/distinctness.ts";
import type { SpeakerSpace } from "../runtime/voice/trait-space.ts";
import { element } from "./element.ts";
import type { LabView } from "./lab-view.ts";

/** A and B: a press selects a side and says the line with it. */
export function createSideTabs(preview: VoicePreview, speaker: SpeakerSpace, onSelect: () => void): LabView {
  const tabs = (["a", "b"] as const).map((side) => createTab(side, preview, onSelect));
  const between = element("p", { class: "between", title: "Distance of the two voices, in deviations" });
  const [first, second] = tabs;
  return {
    root: element("div", { class: "tabs", role: "tablist" }, first?.root ?? "", between, second?.root ?? ""),
    show(state) {
      for (const tab of tabs) tab.show(state);
      const distance = voiceDistance(state.voices.a.latent, state.voices.b.latent, speaker);
      between.textContent = distance < 0.01 ? "same" : `${distance.toFixed(1)} apart`;
    },
  };
}

function createTab(side: PreviewSide, preview: VoicePreview, onSelect: () => void): LabView {
  const words = element("span", { class: "tab-words" });
  const tab = element(
    "button",
    { type: "button", role: "tab", class: "tab", "data-side": side },
    element("b", {}, side.toUpperCase()),
    words,
  );
  tab.addEventListener("click", () => {
    preview.select(side);
    onSelect();
  });
  return {
    root: tab,
    show(state: PreviewState) {
      const { description } = state.voices[side];
      const { pitch, pace } = description.words;
      words.textContent = [description.impression, pitch, pace].join(", ");
      tab.setAttribute("aria-selected", String(state.side === side));
    },
  };
}
