import { element } from "../element.ts";
import { choices, fileChoice, paragraph, problemLine, type View } from "./view.ts";

/** Which microphone; and a way without one. */
export const choosingView: View<"choosing"> = (parent, _, { controller, leave }) => {
  const sentence = element("blockquote", "mirror-sentence", parent, controller.sentence);
  const hint = paragraph(parent, "Stand close, read it in your own voice, where it is quiet.");
  const showProblem = problemLine(parent);
  const select = element("select", "mirror-select", parent);
  select.setAttribute("aria-label", "Microphone");
  const [start, another] = choices(parent, [
    { label: "Start", act: () => controller.listen(select.value || undefined), isMain: true },
    {
      label: "Another sentence",
      act() {
        controller.nextSentence();
        sentence.textContent = controller.sentence;
      },
    },
    { label: "Skip", act: () => controller.cancel() },
  ]);
  const [again] = choices(parent, [{ label: "Try the microphone again", act: () => controller.begin() }]);
  const instead = element("details", "mirror-instead", parent);
  element("summary", "", instead, "No microphone? Use a recording.");
  const said = element("textarea", "mirror-field", instead, controller.sentence);
  said.setAttribute("aria-label", "What is said in it");
  fileChoice(instead, "Upload a WAV", ".wav,audio/wav", (bytes) => controller.useFile(bytes, said.value));
  choices(instead, [{ label: "Leave", act: leave }]);
  return ({ isWaiting, devices, problem }) => {
    showProblem(problem);
    hint.textContent = isWaiting ? "Waiting for the microphone…" : hint.textContent;
    if (!isWaiting) hint.textContent = "Stand close, read it in your own voice, where it is quiet.";
    const isUsable = devices.length > 0 && problem === undefined;
    select.hidden = devices.length < 2;
    select.replaceChildren(...devices.map(({ id, label }) => new Option(label, id)));
    start!.disabled = isWaiting || !isUsable;
    another!.disabled = isWaiting;
    again!.hidden = isWaiting || problem === undefined;
    if (problem !== undefined && devices.length === 0) instead.open = true;
  };
};

const QUIETEST_DB = -60;
const LOUD_DB = -1;

/** The sentence, how loud it is read, and how long. */
export const listeningView: View<"listening"> = (parent, _, { controller }) => {
  element("blockquote", "mirror-sentence", parent, controller.sentence);
  const meter = element("div", "mirror-meter", parent);
  meter.setAttribute("role", "meter");
  meter.setAttribute("aria-label", "Level");
  const bar = element("div", "mirror-level", meter);
  const note = paragraph(parent, "", "mirror-note");
  choices(parent, [
    { label: "Done", act: () => controller.stop(), isMain: true },
    { label: "Cancel", act: () => controller.cancel() },
  ]);
  return ({ seconds, level }) => {
    const share = 1 - Math.max(QUIETEST_DB, level.rmsDb) / QUIETEST_DB;
    bar.style.width = `${(share * 100).toFixed(1)}%`;
    meter.classList.toggle("loud", level.peakDb > LOUD_DB);
    const hint = level.peakDb > LOUD_DB ? " Too loud: step back a little." : "";
    note.textContent = `Listening, ${seconds.toFixed(1)} s.${hint}`;
  };
};

/** What was recorded: is it good, and is it what was meant? */
export const recordedView: View<"recorded"> = (parent, { take }, { controller }) => {
  element("blockquote", "mirror-sentence", parent, controller.sentence);
  const { problem, seconds, warnings } = take;
  const isUsable = problem === undefined;
  paragraph(parent, `${seconds.toFixed(1)} s heard.${isUsable ? " That will do." : ""}`);
  problemLine(parent)(problem);
  for (const warning of warnings) paragraph(parent, warning, "mirror-note");
  const [play] = choices(parent, [
    { label: "Play", act: () => controller.review() },
    { label: "Read again", act: () => controller.listen(), isMain: !isUsable },
    ...(isUsable ? [{ label: "Go on", act: () => controller.accept(), isMain: true }] : []),
    { label: "Cancel", act: () => controller.cancel() },
  ]);
  return ({ isPlaying }) => {
    play!.textContent = isPlaying ? "Stop" : "Play";
  };
};
