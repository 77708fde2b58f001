/** What a front shows of an entity's voice, in order: the same fields in every editor. */
import type { Manifest, TraitName } from "../../runtime/manifest.ts";
import { SPEED_MAX, SPEED_MIN } from "../../runtime/speech/time-stretch.ts";
import { parseSeed } from "../../runtime/voice/seed.ts";
import { toUnit, TRAIT_NAMES, traitRange } from "../../runtime/voice/trait-space.ts";
import type { EntityVoice } from "./entity-voice.ts";

interface Field {
  /** Unlike that of any other field; letters only. */
  readonly key: string;
  readonly label: string;
}

export interface SliderField extends Field {
  readonly kind: "slider";
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** @throws RangeError when it is set to what is out of range */
  value: number;
}

export interface TextField extends Field {
  readonly kind: "text";
  /** Setting what is not accepted changes nothing: it is being typed. */
  value: string;
  accepts(text: string): boolean;
}

export interface SwitchField extends Field {
  readonly kind: "switch";
  value: boolean;
}

export interface ButtonField extends Field {
  readonly kind: "button";
  /** Resolves when what it began is over. */
  press(): Promise<unknown>;
}

export type VoiceField = SliderField | TextField | SwitchField | ButtonField;

const TRAIT_LABELS: Readonly<Record<TraitName, string>> = {
  pitch: "Pitch (Hz)",
  size: "Size",
  pace: "Pace",
  brightness: "Brightness (dB/oct)",
};

const GAIN_MAX = 2;

/** Steps of a slider. */
const STEPS = 200;

/** `copy` puts text where the designer can paste it from, and may fail. */
export function voiceFields(
  voice: EntityVoice,
  { speaker }: Manifest,
  copy: (text: string) => Promise<void>,
): readonly VoiceField[] {
  const traits = TRAIT_NAMES.map((name) => {
    const { low, high } = traitRange(name, speaker);
    return slider(
      { key: name, label: TRAIT_LABELS[name], min: toUnit(name, low), max: toUnit(name, high) },
      () => voice.description[name === "pitch" ? "pitchHz" : name],
      (value) => voice.wish(name, value),
    );
  });
  return [
    text({ key: "seed", label: "Seed" }, () => voice.seedText, voice.setSeed, isSeed),
    ...traits,
    slider(
      { key: "speed", label: "Speed", min: SPEED_MIN, max: SPEED_MAX },
      () => voice.speed,
      (speed) => voice.set({ speed }),
    ),
    slider(
      { key: "gain", label: "Gain", min: 0, max: GAIN_MAX },
      () => voice.gain,
      (gain) => voice.set({ gain }),
    ),
    text(
      { key: "text", label: "Line to say" },
      () => voice.text,
      (line) => (voice.text = line),
      () => true,
    ),
    {
      kind: "switch",
      key: "locked",
      label: "Locked",
      get value() {
        return voice.locked;
      },
      set value(locked) {
        voice.locked = locked;
      },
    },
    button({ key: "speak", label: "Speak" }, () => voice.speak().finished),
    button({ key: "next", label: "Next seed" }, async () => {
      if (voice.nextSeed()) await voice.speak().finished;
    }),
    button({ key: "copy", label: "Copy component JSON" }, () => copy(JSON.stringify(voice.record))),
  ];
}

function slider(
  range: Field & Pick<SliderField, "min" | "max">,
  get: () => number,
  set: (value: number) => unknown,
): SliderField {
  return {
    ...range,
    kind: "slider",
    step: (range.max - range.min) / STEPS,
    get value() {
      return get();
    },
    set value(value) {
      set(value);
    },
  };
}

function text(
  field: Field,
  get: () => string,
  set: (value: string) => unknown,
  accepts: (value: string) => boolean,
): TextField {
  return {
    ...field,
    kind: "text",
    accepts,
    get value() {
      return get();
    },
    set value(value) {
      if (accepts(value)) set(value);
    },
  };
}

function button(field: Field, press: () => Promise<unknown>): ButtonField {
  return { ...field, kind: "button", press };
}

function isSeed(value: string): boolean {
  try {
    parseSeed(value);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
