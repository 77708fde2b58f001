import type { LibraryEntry } from "../../../plugin/index.ts";
import { element } from "../element.ts";
import { choices, fileChoice, paragraph, problemLine, type MirrorActions, type View } from "./view.ts";

/** What the mirror can do, the voices it knows already, and one that it has half learned. */
export const idleView: View<"idle"> = (parent, _, actions) => {
  const { controller, library } = actions;
  paragraph(
    parent,
    "Read it a sentence, and your reflection speaks with your voice. Nothing leaves this machine.",
  );
  const half = element("div", "mirror-half", parent);
  const known = library.list();
  if (known.length > 0) {
    const list = element("ul", "mirror-voices", parent);
    for (const entry of known) voiceRow(list, entry, actions);
  }
  const showProblem = problemLine(parent);
  showProblem(undefined);
  choices(parent, [
    { label: "Read to the mirror", act: () => controller.begin(), isMain: true },
    { label: "Not now", act: actions.leave },
  ]);
  fileChoice(parent, "Load a .voice file", ".voice", (bytes) => {
    library.import(bytes).then(
      ({ name }) => {
        actions.redraw();
        actions.say(name);
      },
      (error: unknown) => showProblem(error instanceof Error ? error.message : String(error)),
    );
  });
  return ({ unfinished }) => {
    half.replaceChildren();
    if (unfinished === undefined) return;
    const { name, step, steps } = unfinished;
    paragraph(half, `The voice of ${name} is half learned (${step} of ${steps}).`);
    choices(half, [
      { label: "Go on", act: () => controller.resume(), isMain: true },
      { label: "Drop it", act: () => controller.discard() },
    ]);
  };
};

function voiceRow(list: HTMLElement, { name, problem }: LibraryEntry, actions: MirrorActions): void {
  const row = element("li", "mirror-voice", list);
  element("span", "mirror-name", row, name);
  if (problem !== undefined) element("span", "mirror-problem", row, problem);
  choices(row, voiceChoices(name, problem === undefined, actions));
}

/** What can be done with a voice that is there. */
export function voiceChoices(name: string, isUsable: boolean, actions: MirrorActions) {
  const { library } = actions;
  return [
    ...(isUsable ? [{ label: "Speak", act: () => actions.say(name) }] : []),
    {
      label: "Keep a copy",
      act: () => void library.export(name).then((bytes) => actions.save(bytes, `${name}.voice`)),
    },
    { label: "Forget", act: () => void library.delete(name).then(actions.redraw) },
  ];
}
