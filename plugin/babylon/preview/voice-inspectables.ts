import { InspectableType, type IInspectable } from "@babylonjs/core/Misc/iInspectable.js";
import type { TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { createEntityVoice, type EntityVoiceOptions } from "../../preview/entity-voice.ts";
import { voiceFields, type VoiceField } from "../../preview/voice-fields.ts";

export interface VoiceInspectablesOptions extends Omit<EntityVoiceOptions, "onChange"> {
  /** Defaults to the page's clipboard. */
  readonly copy?: (text: string) => Promise<void>;
}

/**
 * Lets Babylon's Inspector (and whatever else reads `inspectableCustomProperties`) try voices on a node: seed, traits,
 * speed, gain, a line and buttons. It speaks in the game, writes the entity's VoiceComponent and, as plain JSON, the
 * node's `metadata.voice`. Returns what takes it away again; the voice stays.
 */
export function attachVoiceInspectables(node: TransformNode, options: VoiceInspectablesOptions): () => void {
  const { copy = (text) => navigator.clipboard.writeText(text) } = options;
  const voice = createEntityVoice({
    ...options,
    onChange: (record) => (node.metadata = { ...node.metadata, voice: record }),
  });
  const shown = voiceFields(voice, options.manifest, copy).map(
    (field) => [field, inspectableOf(field)] as const,
  );
  const inspectables = shown.map(([, inspectable]) => inspectable);
  for (const [field, { propertyName }] of shown) {
    if (field.kind === "button") continue;
    Object.defineProperty(node, propertyName, {
      get: () => field.value,
      set(value: never) {
        field.value = value;
      },
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

function inspectableOf(field: VoiceField): IInspectable {
  const named = { label: `Voice: ${field.label}`, propertyName: `voice_${field.key}` };
  if (field.kind === "button")
    return { ...named, type: InspectableType.Button, callback: () => void field.press() };
  if (field.kind === "switch") return { ...named, type: InspectableType.Checkbox };
  if (field.kind === "text") return { ...named, type: InspectableType.String };
  const { min, max, step } = field;
  return { ...named, type: InspectableType.Slider, min, max, step };
}
