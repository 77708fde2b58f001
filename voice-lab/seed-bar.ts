import type { VoicePreview } from "../plugin/preview/voice-preview.ts";
import { hexOf } from "../runtime/voice/voice-record.ts";
import { button, element } from "./element.ts";
import type { LabView } from "./lab-view.ts";

/** The seed of the selected side: typed, next, locked, copied to the other side, or found for the held traits. */
export function createSeedBar(preview: VoicePreview, onSettled: () => void): LabView {
  const field = element("input", {
    class: "seed",
    "aria-label": "Seed",
    spellcheck: "false",
    autocomplete: "off",
    title: "Decimal or 0x hexadecimal, up to 64 bits",
  });
  const after = (changed: boolean) => {
    if (changed) onSettled();
  };
  const next = button("Next seed", () => after(preview.nextSeed()), { class: "primary" });
  const settle = button("Find a seed", () => after(preview.settleOnSeed()), {
    title: "A seed whose own voice has the held traits, so that the number alone is the voice",
  });
  const lock = button("", () => preview.setLocked(!preview.state.locked[preview.state.side]));
  const copy = button("Copy across", () => preview.copyToOther(), {
    title: "Makes the other side the same voice",
  });
  const sibling = button("Sibling across", () => preview.siblingToOther(), {
    title: "Makes the other side a sibling of this voice; another one each time",
  });
  field.addEventListener("change", () => {
    try {
      after(preview.setSeed(field.value));
      field.setCustomValidity("");
    } catch (error) {
      field.setCustomValidity(error instanceof Error ? error.message : String(error));
      field.reportValidity();
    }
  });
  return {
    root: element(
      "div",
      { class: "seed-bar" },
      element("div", { class: "row" }, field, next),
      element("div", { class: "row small" }, settle, lock, copy, sibling),
    ),
    show({ side, voices, locked }) {
      const isLocked = locked[side];
      if (document.activeElement !== field) field.value = hexOf(voices[side].seed);
      field.disabled = isLocked;
      next.disabled = isLocked;
      settle.disabled = isLocked || Object.keys(voices[side].wish).length === 0;
      copy.disabled = locked[side === "a" ? "b" : "a"];
      sibling.disabled = copy.disabled;
      lock.textContent = isLocked ? "Locked" : "Lock";
      lock.setAttribute("aria-pressed", String(isLocked));
    },
  };
}
