import {
  ButtonLine,
  MessageBar,
  SwitchPropertyLine,
  SyncedSliderPropertyLine,
  TextInputPropertyLine,
  TextPropertyLine,
} from "@babylonjs/inspector";
import { createElement, Fragment, useReducer, useState, type ReactElement } from "react";
import type { Manifest } from "../../../runtime/manifest.ts";
import type { EntityVoice } from "../../preview/entity-voice.ts";
import { voiceFields, type VoiceField } from "../../preview/voice-fields.ts";

export interface VoiceSectionProps {
  readonly voice: EntityVoice;
  readonly manifest: Manifest;
}

/**
 * The fields of a voice as lines of the Inspector's properties pane. A voice is heard as soon as it is chosen; what cannot
 * be chosen or said is told below.
 */
export function VoiceSection({ voice, manifest }: VoiceSectionProps): ReactElement {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const [problem, tell] = useState<string | undefined>(undefined);
  const { description } = voice;
  const { pitch, size, pace, brightness } = description.words;
  const sounds = [description.impression, pitch, size, pace, brightness].join(", ");
  const copy = (text: string) => navigator.clipboard.writeText(text);
  const press = async (begin: () => Promise<unknown>) => {
    tell(undefined);
    const pressed = begin();
    redraw();
    const wrong = problemOf(await pressed.catch((error: unknown) => ({ error })));
    if (wrong !== undefined) tell(wrong);
  };
  const change = (write: () => void) => {
    const { seedText } = voice;
    tell(undefined);
    try {
      write();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      tell(error.message);
    }
    redraw();
    if (voice.seedText !== seedText) void press(() => voice.speak().finished);
  };
  const lines = voiceFields(voice, manifest, copy).map((field) => lineOf(field, { voice, press, change }));
  if (problem !== undefined) {
    lines.push(createElement(MessageBar, { key: "problem", intent: "error", message: problem }));
  }
  return createElement(
    Fragment,
    null,
    createElement(TextPropertyLine, { label: "Sounds", value: sounds }),
    ...lines,
  );
}

/** Why a line was not said or a text not copied. */
function problemOf(pressed: unknown): string | undefined {
  const error = pressed instanceof Object && "error" in pressed ? pressed.error : undefined;
  return error instanceof Error ? error.message : undefined;
}

interface LineContext {
  readonly voice: EntityVoice;
  /** Begins what a button does, and tells how it ended if that was badly. */
  readonly press: (begin: () => Promise<unknown>) => Promise<void>;
  /** Writes a value, and tells why it is none. */
  readonly change: (write: () => void) => void;
}

/** Fields that a locked voice lets go. */
const NEVER_LOCKED = ["speed", "gain", "text"];

/** Above it a slider's value is a whole number. */
const FINE_BELOW = 10;

function lineOf(field: VoiceField, { voice, press, change }: LineContext): ReactElement {
  const { key, label } = field;
  if (field.kind === "button") {
    return createElement(ButtonLine, { key, label, onClick: () => press(() => field.press()) });
  }
  if (field.kind === "switch") {
    const onChange = (value: boolean) => change(() => (field.value = value));
    return createElement(SwitchPropertyLine, { key, label, value: field.value, onChange });
  }
  const disabled = voice.locked && !NEVER_LOCKED.includes(key);
  if (field.kind === "text") {
    const set = key === "seed" ? voice.setSeed : (text: string) => (field.value = text); // the field takes no wrong seed
    const onChange = (text: string) => change(() => set(text));
    const typed = { value: field.value, validateOnlyOnBlur: true, disabled, onChange };
    return createElement(TextInputPropertyLine, { key, label, ...typed });
  }
  const { value, min, max, step } = field;
  const onChange = (next: number) => change(() => (field.value = next));
  const slid = { value, min, max, step, precision: max > FINE_BELOW ? 0 : 2, notifyOnlyOnRelease: true };
  return createElement(SyncedSliderPropertyLine, { key, label, ...slid, disabled, onChange });
}
