import type { PreviewState } from "../plugin/preview/voice-preview.ts";

/** A part of the page: made once, shown anew at every change. */
export interface LabView {
  readonly root: HTMLElement;
  show(state: PreviewState): void;
}
