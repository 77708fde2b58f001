import { consentStatement, type LearnProgress } from "../../../plugin/index.ts";
import { element } from "../element.ts";
import { voiceChoices } from "./idle-view.ts";
import { choices, paragraph, problemLine, type View } from "./view.ts";

const LONGEST_NAME = 40;

/** Whose voice it is, and that they agree. Nothing is ticked for them. */
export const consentView: View<"consent"> = (parent, _, { controller }) => {
  paragraph(parent, "A voice is learned only when its owner agrees.");
  const name = element("input", "mirror-field", parent);
  name.placeholder = "Your name";
  name.maxLength = LONGEST_NAME;
  name.setAttribute("aria-label", "Your name");
  const row = element("label", "mirror-consent", parent);
  const box = element("input", "", row);
  box.type = "checkbox";
  const statement = element("span", "", row);
  const showProblem = problemLine(parent);
  const [learn] = choices(parent, [
    {
      label: "Learn my voice",
      act: () => controller.agree({ speaker: name.value.trim(), agreed: box.checked }),
      isMain: true,
    },
    { label: "Cancel", act: () => controller.cancel() },
  ]);
  const check = () => {
    statement.textContent = consentStatement(name.value.trim() || "…");
    learn!.disabled = name.value.trim() === "" || !box.checked;
  };
  name.addEventListener("input", check);
  box.addEventListener("change", check);
  check();
  return ({ problem }) => showProblem(problem);
};

export const learningView: View<"learning"> = (parent, { name }, { controller, leave }) => {
  const note = paragraph(parent, "");
  const bar = element("progress", "bar mirror-progress", parent);
  paragraph(parent, "You may walk on; the village goes on, and so does the mirror.", "mirror-note");
  choices(parent, [
    { label: "Walk on", act: leave },
    { label: "Cancel", act: () => controller.cancel() },
  ]);
  return ({ progress }) => {
    note.textContent = progressText(name, progress);
    if (progress?.stage === "reading" || progress === undefined) return bar.removeAttribute("value");
    bar.max = progress.steps;
    bar.value = progress.step;
  };
};

const ACTS = { fitting: "Finding", rehearsing: "Rehearsing", training: "Learning" } as const;

function progressText(name: string, progress: LearnProgress | undefined): string {
  if (progress === undefined || progress.stage === "reading") return "The mirror goes over what you said…";
  const share = `${progress.step} of ${progress.steps}`;
  return `${ACTS[progress.stage]} the voice of ${name}, ${share}`;
}

export const doneView: View<"done"> = (parent, { name, problem }, actions) => {
  paragraph(parent, `Your reflection speaks as ${name} now.`);
  problemLine(parent)(problem);
  const form = element("form", "mirror-say", parent);
  const field = element("input", "mirror-field", form);
  field.placeholder = "Let it say…";
  field.maxLength = 160;
  field.setAttribute("aria-label", "What your reflection says");
  element("button", "mirror-button main", form, "Say").type = "submit";
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    actions.say(name, field.value.trim() || undefined);
    field.value = "";
  });
  const { controller, library } = actions;
  const forget = { label: "Forget", act: () => void library.delete(name).then(() => controller.cancel()) };
  choices(parent, [
    ...voiceChoices(name, true, actions).filter(({ label }) => label !== forget.label),
    forget,
    { label: "Close", act: () => controller.cancel() },
  ]);
  return () => undefined;
};

export const failedView: View<"failed"> = (parent, { error, canResume }, { controller }) => {
  paragraph(parent, "The mirror could not learn that voice.");
  problemLine(parent)(error.message);
  choices(parent, [
    ...(canResume ? [{ label: "Go on", act: () => controller.resume(), isMain: true }] : []),
    { label: "Read again", act: () => controller.listen(), isMain: !canResume },
    { label: "Close", act: () => controller.cancel() },
  ]);
  return () => undefined;
};
