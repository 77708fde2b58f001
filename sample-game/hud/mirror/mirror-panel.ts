import type { CloningState, VoiceCloning } from "../../../plugin/index.ts";
import { element } from "../element.ts";
import { idleView } from "./idle-view.ts";
import { consentView, doneView, failedView, learningView } from "./learn-views.ts";
import { choosingView, listeningView, recordedView } from "./record-views.ts";
import type { MirrorActions, View } from "./view.ts";

export interface MirrorPanelSetup {
  readonly parent: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly cloning: VoiceCloning;
  /** Lets the reflection say something with a learned voice. */
  readonly say: (name: string, text?: string) => void;
}

export interface MirrorPanel {
  readonly isOpen: boolean;
  /** Shows the panel while the player stands before the mirror. */
  update(isBefore: boolean): void;
  dispose(): void;
}

const VIEWS: { readonly [S in CloningState["stage"]]: View<S> } = {
  idle: idleView,
  choosing: choosingView,
  listening: listeningView,
  recorded: recordedView,
  consent: consentView,
  learning: learningView,
  done: doneView,
  failed: failedView,
};

/** What the mirror asks of the player, step by step. */
export function createMirrorPanel({ parent, canvas, cloning, say }: MirrorPanelSetup): MirrorPanel {
  const { controller } = cloning;
  const root = element("section", "mirror", parent);
  root.hidden = true;
  root.setAttribute("aria-label", "The mirror");
  element("h2", "mirror-title", root, "The mirror");
  const body = element("div", "mirror-body", root);
  let shown: CloningState["stage"] | undefined;
  let update: (state: CloningState) => void = () => undefined;
  let wasLeft = false;
  const actions: MirrorActions = {
    ...cloning,
    say,
    save: saveFile,
    leave() {
      wasLeft = true;
      canvas.focus();
    },
    redraw() {
      shown = undefined;
      show(controller.state);
    },
  };

  function show(state: CloningState): void {
    if (state.stage !== shown) {
      shown = state.stage;
      body.replaceChildren();
      // The view of a stage takes that stage's states only.
      update = VIEWS[state.stage](body, state as never, actions) as typeof update;
      if (state.stage === "done") say(state.name);
    }
    update(state);
  }

  const forget = controller.onChange.add(show);
  show(controller.state);
  return {
    get isOpen() {
      return !root.hidden;
    },
    update(isBefore) {
      if (!isBefore) wasLeft = false;
      const isOpen = isBefore && !wasLeft;
      if (root.hidden !== isOpen) return;
      root.hidden = !isOpen;
      if (isOpen) actions.redraw();
      else if (controller.state.stage === "listening") controller.cancel();
    },
    dispose() {
      forget();
      root.remove();
    },
  };
}

function saveFile(bytes: Uint8Array<ArrayBuffer>, fileName: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes]));
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(link.href);
}
