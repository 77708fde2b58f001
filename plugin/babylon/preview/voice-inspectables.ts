import { InspectableType, type IInspectable } from "@babylonjs/core/Misc/iInspectable.js";
import type { TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { SPEED_MAX, SPEED_MIN } from "../../../runtime/speech/time-stretch.ts";
import { toUnit, TRAIT_NAMES, traitRange } from "../../../runtime/voice/trait-space.ts";
import type { TraitName } from "../../../runtime/manifest.ts";
import { VoiceComponent } from "../../components.ts";
import { createEntityVoice, type EntityVoice, type EntityVoiceOptions } from "../../preview/entity-voice.ts";

/** A property of the node that the Inspector shows. */
interface Field {
  readonly inspectable: IInspectable;
  readonly property: PropertyDescriptor;
}

const TRAIT_LABELS: Readonly<Record<TraitName, string>> = {
  pitch: "Voice pitch (Hz)",
  size: "Voice size",
  pace: "Voice pace",
  brightness: "Voice brightness (dB/oct)",
};

/** Steps of a slider. */
const STEPS = 200;

/**
 * Lets Babylon's Inspector (and whatever else reads `inspectableCustomProperties`) try voices on a node: seed, traits,
 * speed, gain, a line and buttons. It speaks in the game, writes the entity's VoiceComponent and, as plain JSON, the
 * node's `metadata.voice`. Returns what takes it away again; the voice stays.
 */
export function attachVoiceInspectables(
  node: TransformNode,
  options: Omit<EntityVoiceOptions, "onChange">,
): () => void {
  const voice = createEntityVoice({
    ...options,
    onChange: (record) => (node.metadata = { ...node.metadata, voice: record }),
  });
  const fields = fieldsOf(voice, options);
  const inspectables = fields.map(({ inspectable }) => inspectable);
  for (const { inspectable, property } of fields) {
    Object.defineProperty(node, inspectable.propertyName, {
      ...property,
      configurable: true,
      enumerable: false,
    });
  }
  node.inspectableCustomProperties = [...(node.inspectableCustomProperties ?? []), ...inspectables];
  return () => {
    node.inspectableCustomProperties = node.inspectableCustomProperties.filter(
      (each) => !inspectables.includes(each),
    );
    for (const { propertyName } of inspectables) Reflect.deleteProperty(node, propertyName);
  };
}

function fieldsOf(
  voice: EntityVoice,
  { manifest, eid }: Omit<EntityVoiceOptions, "onChange">,
): readonly Field[] {
  const slider = (label: string, propertyName: string, min: number, max: number): IInspectable => ({
    label,
    propertyName,
    type: InspectableType.Slider,
    min,
    max,
    step: (max - min) / STEPS,
  });
  const button = (label: string, propertyName: string, callback: () => void): Field => ({
    inspectable: { label, propertyName, type: InspectableType.Button, callback },
    property: { value: undefined },
  });
  const traits = TRAIT_NAMES.map((name): Field => {
    const { low, high } = traitRange(name, manifest.speaker);
    return {
      inspectable: slider(TRAIT_LABELS[name], `voice_${name}`, toUnit(name, low), toUnit(name, high)),
      property: {
        get: () => voice.description[name === "pitch" ? "pitchHz" : name],
        set: (value: number) => voice.wish(name, value),
      },
    };
  });
  return [
    {
      inspectable: { label: "Voice seed", propertyName: "voice_seed", type: InspectableType.String },
      property: { get: () => voice.seedText, set: (text: string) => setSeedIfOne(voice, text) },
    },
    ...traits,
    {
      inspectable: slider("Voice speed", "voice_speed", SPEED_MIN, SPEED_MAX),
      property: { get: () => VoiceComponent.speed[eid], set: (speed: number) => voice.set({ speed }) },
    },
    {
      inspectable: slider("Voice gain", "voice_gain", 0, 2),
      property: { get: () => VoiceComponent.gain[eid], set: (gain: number) => voice.set({ gain }) },
    },
    {
      inspectable: { label: "Line to say", propertyName: "voice_text", type: InspectableType.String },
      property: { get: () => voice.text, set: (text: string) => (voice.text = text) },
    },
    button("Speak", "voice_speak", () => voice.speak()),
    button("Next seed", "voice_next", () => {
      voice.nextSeed();
      voice.speak();
    }),
  ];
}

/** The field is typed into letter by letter: what is no seed yet changes nothing. */
function setSeedIfOne(voice: EntityVoice, text: string): void {
  try {
    voice.setSeed(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
}
