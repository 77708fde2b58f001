import { element } from "./element.ts";

const LONGEST = 160;

export interface Chat {
  /** Shows the field when Hester is near enough to hear. */
  update(isNear: boolean): void;
  dispose(): void;
}

/** A line to type to Hester. Enter or T brings it up, Escape leaves it. */
export function createChat(
  parent: HTMLElement,
  canvas: HTMLCanvasElement,
  ask: (text: string) => void,
): Chat {
  const form = element("form", "chat", parent);
  const field = element("input", "chat-field", form);
  field.placeholder = "Ask Hester anything…";
  field.maxLength = LONGEST;
  field.setAttribute("aria-label", "Ask Hester, the innkeeper");
  const send = element("button", "chat-send", form, "Ask");
  send.type = "submit";
  const undo = new AbortController();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (text === "") return;
    field.value = "";
    ask(text);
  });
  field.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") canvas.focus();
  });
  window.addEventListener(
    "keydown",
    (event) => {
      if (form.hidden || event.target === field || (event.code !== "KeyT" && event.code !== "Enter")) return;
      event.preventDefault();
      field.focus();
    },
    { signal: undo.signal },
  );
  return {
    update(isNear) {
      if (form.hidden !== isNear) return;
      form.hidden = !isNear;
      if (!isNear && document.activeElement === field) canvas.focus();
    },
    dispose: () => undo.abort(),
  };
}
