import type { VoicePluginProgress } from "../../plugin/index.ts";
import { element } from "./element.ts";

const MEGABYTE = 1e6;

/** What is shown before the game begins. */
export interface Title {
  progress(progress: VoicePluginProgress): void;
  /** Says what went wrong, where the bar was. */
  fail(message: string): void;
  /** Offers the start; resolves in the gesture that takes it, when sound may be unlocked. */
  ready(): Promise<void>;
}

export function createTitle(parent: HTMLElement): Title {
  const root = element("section", "title", parent);
  element("h1", "", root, "The Patient Goose");
  element("p", "tagline", root, "A village where every voice is made while you listen.");
  const bar = element("progress", "bar", root);
  const state = element("p", "state", root, "Painting the village…");
  const start = element("button", "start", root, "Enter the square");
  start.disabled = true;
  element("p", "keys", root, "Walk with W A S D or the arrows, look by dragging, T to talk to Hester.");
  element("p", "keys touch", root, "Left thumb walks, right thumb looks.");
  return {
    progress(progress) {
      if (progress.stage === "kernels") {
        bar.max = progress.total;
        bar.value = progress.compiled;
        state.textContent = `Tuning voices: ${progress.compiled} of ${progress.total}`;
        return;
      }
      bar.max = progress.totalBytes;
      bar.value = progress.loadedBytes;
      const [loaded, total] = [progress.loadedBytes / MEGABYTE, progress.totalBytes / MEGABYTE];
      state.textContent = `Learning to speak: ${loaded.toFixed(1)} of ${total.toFixed(1)} MB`;
    },
    fail(message) {
      root.classList.add("failed");
      state.textContent = message;
    },
    async ready() {
      bar.hidden = true;
      state.textContent = "Everybody is awake.";
      start.disabled = false;
      start.focus();
      await new Promise((resolve) => start.addEventListener("click", resolve, { once: true }));
      root.remove();
    },
  };
}
