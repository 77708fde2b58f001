import type { CloningState, VoiceCloning } from "../../../plugin/index.ts";
import { element } from "../element.ts";

/** What the views of the mirror do when the player does something. */
export interface MirrorActions extends VoiceCloning {
  /** Lets the reflection say something with a learned voice. */
  say(name: string, text?: string): void;
  /** Gives bytes to the player as a file. */
  save(bytes: Uint8Array<ArrayBuffer>, fileName: string): void;
  /** Hides the panel until the player comes back. */
  leave(): void;
  /** Draws the present view anew. */
  redraw(): void;
}

export type StateOf<S extends CloningState["stage"]> = Extract<CloningState, { stage: S }>;

/** Builds what is shown of a stage; gives what brings it up to date while the stage stays. */
export type View<S extends CloningState["stage"]> = (
  parent: HTMLElement,
  state: StateOf<S>,
  actions: MirrorActions,
) => (state: StateOf<S>) => void;

export function paragraph(parent: HTMLElement, text: string, className = "mirror-text"): HTMLElement {
  return element("p", className, parent, text);
}

/** Says what is wrong; hidden when nothing is. */
export function problemLine(parent: HTMLElement): (problem: string | undefined) => void {
  const line = element("p", "mirror-problem", parent);
  line.setAttribute("role", "alert");
  return (problem) => {
    line.hidden = problem === undefined;
    line.textContent = problem ?? "";
  };
}

export interface Choice {
  readonly label: string;
  readonly act: () => void;
  /** The one that most will want. */
  readonly isMain?: boolean;
}

/** A row of buttons. */
export function choices(parent: HTMLElement, list: readonly Choice[]): HTMLButtonElement[] {
  const row = element("div", "mirror-choices", parent);
  return list.map(({ label, act, isMain = false }) => {
    const button = element("button", isMain ? "mirror-button main" : "mirror-button", row, label);
    button.type = "button";
    button.addEventListener("click", act);
    return button;
  });
}

/** A button that opens a file, and gives its bytes. */
export function fileChoice(
  parent: HTMLElement,
  label: string,
  accept: string,
  take: (bytes: Uint8Array<ArrayBuffer>) => void,
): void {
  const frame = element("label", "mirror-button file", parent, label);
  const input = element("input", "", frame);
  input.type = "file";
  input.accept = accept;
  input.addEventListener("change", () => {
    void input.files?.[0]?.arrayBuffer().then((buffer) => take(new Uint8Array(buffer)));
  });
}
