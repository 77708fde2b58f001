import type { PreviewLine, VoicePreview } from "../plugin/preview/voice-preview.ts";
import { button, element } from "./element.ts";
import type { LabView } from "./lab-view.ts";

/** What the page does for the line bar. */
export interface LineActions {
  copy(text: string): Promise<void>;
  save(bytes: Uint8Array<ArrayBuffer>, fileName: string): void;
}

export interface LineBar extends LabView {
  /** Says the text now. */
  speak(): Promise<void>;
  /** Says the text when the page speaks at every change. */
  speakIfWished(): void;
}

/** Text, what to do with it, what it cost, and what to take along. */
export function createLineBar(preview: VoicePreview, { copy, save }: LineActions): LineBar {
  const text = element("textarea", { rows: 1, "aria-label": "Line to say", spellcheck: "false" });
  text.value = preview.state.text;
  const always = element("input", { type: "checkbox", checked: true });
  const status = element("p", { class: "status", role: "status" });
  const cost = element("dl", { class: "cost" });
  const say = button("Speak", () => speak(), { class: "speak" });

  /** What was told before goes when a line begins; what is told while it sounds stays. */
  async function speak(): Promise<void> {
    status.textContent = "";
    const { error } = await preview.speak();
    if (error !== undefined) status.textContent = error.message;
  }

  async function take(what: string, content: string): Promise<void> {
    try {
      await copy(content);
      status.textContent = `${what} copied.`;
    } catch {
      status.textContent = `The browser does not let the page copy. ${what}: ${content}`;
    }
  }

  function exportWav(): void {
    const bytes = preview.exportWav();
    if (bytes === undefined) status.textContent = "There is no line to export yet. Speak one first.";
    else save(bytes, `voice-${preview.seedText}.wav`);
  }

  function paste(): void {
    const json = prompt("Component JSON of a voice");
    if (json === null) return;
    try {
      if (preview.applyJson(json)) void speak();
    } catch (error) {
      status.textContent = error instanceof Error ? error.message : String(error);
    }
  }

  text.addEventListener("input", () => preview.setText(text.value));
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    void speak();
  });

  const tools = element(
    "div",
    { class: "tools" },
    button("Copy seed", () => take("Seed", preview.seedText)),
    button("Copy component JSON", () => take("Component JSON", preview.componentJson())),
    button("Paste JSON", paste),
    button("Export WAV", exportWav),
    element("label", { class: "always" }, always, " speak at every change"),
  );
  return {
    root: element(
      "div",
      { class: "line-bar" },
      element("div", { class: "row" }, text, say),
      element("div", { class: "row under" }, tools, cost),
      status,
    ),
    show({ side, lines, text: current }) {
      if (document.activeElement !== text) text.value = current;
      cost.replaceChildren(...costRows(lines[side]));
    },
    speak,
    speakIfWished() {
      if (always.checked) void speak();
    },
  };
}

function costRows(line: PreviewLine | undefined): HTMLElement[] {
  if (line === undefined || line.samples.length === 0) return [];
  const { firstSoundMs, computeMs, audioSeconds, timesRealTime, frameMs } = line.cost;
  const rows: readonly (readonly [string, string])[] = [
    ["first sound", `${firstSoundMs.toFixed(0)} ms`],
    ["computing", `${(computeMs / 1000).toFixed(2)} s`],
    ["sound", `${audioSeconds.toFixed(2)} s`],
    ["real time", `${timesRealTime.toFixed(1)} ×`],
    ["of a 60 Hz frame", `${frameMs.toFixed(2)} ms`],
  ];
  return rows.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value)));
}
