import { createCaptions, type Caption, type CaptionsOptions } from "../captions.ts";
import type { Voices } from "../voices.ts";

export interface SubtitlesOptions {
  /** Where they stand. Defaults to the page's body. */
  readonly container?: HTMLElement;
  /** Name before the text. Defaults to none. */
  readonly nameOf?: (eid: number) => string;
  /** Most that are shown at a time, the latest. Defaults to 3. */
  readonly most?: number;
  readonly shows?: CaptionsOptions["shows"];
}

/** As `SubtitlesOptions` says. */
export const SUBTITLE_DEFAULTS = { most: 3 } as const;

/**
 * Subtitles over the page, in step with the voices: what was said is opaque, what comes is faint. An element of class
 * `kalliope-subtitles` holds a paragraph for each speaker, with the parts `name`, `said` and `coming`, to be styled at
 * will. Returns what takes them away.
 */
export function createSubtitles(
  voices: Pick<Voices, "onEvent" | "onEnded">,
  {
    container = document.body,
    nameOf = () => "",
    most = SUBTITLE_DEFAULTS.most,
    shows,
  }: SubtitlesOptions = {},
): () => void {
  const box = document.createElement("div");
  box.className = "kalliope-subtitles";
  box.setAttribute("role", "log");
  Object.assign(box.style, BOX_STYLE);
  container.append(box);
  const captions = createCaptions(voices, {
    ...(shows && { shows }),
    onChange: (current) =>
      box.replaceChildren(...current.slice(-most).map((caption) => paragraph(caption, nameOf))),
  });
  return () => {
    captions.dispose();
    box.remove();
  };
}

const BOX_STYLE = {
  position: "absolute",
  insetInline: "5%",
  bottom: "5%",
  textAlign: "center",
  pointerEvents: "none",
  color: "white",
  font: "1.1rem/1.4 system-ui, sans-serif",
  textShadow: "0 1px 3px black, 0 0 1px black",
} as const satisfies Partial<CSSStyleDeclaration>;

function paragraph({ eid, text, said }: Caption, nameOf: (eid: number) => string): HTMLElement {
  const line = document.createElement("p");
  line.style.margin = "0.2em";
  const name = nameOf(eid);
  const coming = part("coming", text.slice(said));
  coming.style.opacity = "0.55";
  line.append(part("name", name && `${name}: `), part("said", text.slice(0, said)), coming);
  return line;
}

function part(className: string, text: string): HTMLElement {
  const span = document.createElement("span");
  span.className = className;
  span.textContent = text;
  return span;
}
