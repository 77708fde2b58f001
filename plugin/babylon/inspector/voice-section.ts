import {
  ButtonLine,
  SwitchPropertyLine,
  SyncedSliderPropertyLine,
  TextInputPropertyLine,
  TextPropertyLine,
} from "@babylonjs/inspector";
import { createElement, Fragment, useReducer, type ReactElement } from "react";
import type { Manifest } from "../../../runtime/manifest.ts";
import type { EntityVoice } from "../../preview/entity-voice.ts";
import { voiceFields, type VoiceField } from "../../preview/voice-fields.ts";

export interface VoiceSectionProps {
  readonly voice: EntityVoice;
  readonly manifest: Manifest;
}

/** The fields of a voice as lines of the Inspector's properties pane. A voice is heard as soon as it is chosen. */
export function VoiceSection({ voice, manifest }: VoiceSectionProps): ReactElement {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const { seedText, description, locked } = voice;
  const { pitch, size, pace, brightness } = description.words;
  const sounds = [description.impression, pitch, size, pace, brightness].join(", ");
  const copy = (text: string) => navigator.clipboard.writeText(text);
  const onSet = () => {
    redraw();
    if (voice.seedText !== seedText) voice.speak();
  };
  const lines = voiceFields(voice, manifest, copy).map((field) => lineOf(field, { locked, onSet, redraw }));
  return createElement(
    Fragment,
    null,
    createElement(TextPropertyLine, { label: "Sounds", value: sounds }),
    ...lines,
  );
}

interface LineContext {
  readonly locked: boolean;
  /** A value was set. */
  readonly onSet: () => void;
  readonly redraw: () => void;
}

/** Fields that a locked voice lets go. */
const NEVER_LOCKED = ["speed", "gain", "text"];

/** Above it a slider's value is a whole number. */
const FINE_BELOW = 10;

function lineOf(field: VoiceField, { locked, onSet, redraw }: LineContext): ReactElement {
  const { key, label } = field;
  if (field.kind === "button") {
    const onClick = async () => {
      const pressed = field.press();
      redraw();
      await pressed;
    };
    return createElement(ButtonLine, { key, label, onClick });
  }
  if (field.kind === "switch") {
    return createElement(SwitchPropertyLine, {
      key,
      label,
      value: field.value,
      onChange: setter(field, onSet),
    });
  }
  const disabled = locked && !NEVER_LOCKED.includes(key);
  if (field.kind === "text") {
    const { value, accepts: validator } = field;
    const onChange = setter(field, onSet);
    const typed = { value, validator, validateOnlyOnBlur: true, disabled, onChange };
    return createElement(TextInputPropertyLine, { key, label, ...typed });
  }
  const { value, min, max, step } = field;
  const onChange = setter(field, onSet);
  const slid = { value, min, max, step, precision: max > FINE_BELOW ? 0 : 2, notifyOnlyOnRelease: true };
  return createElement(SyncedSliderPropertyLine, { key, label, ...slid, disabled, onChange });
}

function setter<T>(field: { value: T }, onSet: () => void): (value: T) => void {
  return (value) => {
    field.value = value;
    onSet();
  };
}
