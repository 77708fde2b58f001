/**
 * A "Voice" section for Babylon's Inspector V2, where a node with a voice is selected. `@babylonjs/inspector` and `react`
 * must be installed to use it.
 *
 * ```ts
 * import { ShowInspector } from "@babylonjs/inspector";
 * import { createVoiceInspector } from "kalliope/inspector";
 *
 * ShowInspector(scene, { serviceDefinitions: [createVoiceInspector(voices)] });
 * ```
 */
import { Node } from "@babylonjs/core/node.js";
import { PropertiesServiceIdentity } from "@babylonjs/inspector";
import { createElement } from "react";
import type { VoiceRecord } from "../../../runtime/voice/voice-record.ts";
import { createEntityVoice, type EntityVoice } from "../../preview/entity-voice.ts";
import type { BoundMouth } from "../mouths.ts";
import type { VoicePlugin } from "../voice-plugin.ts";
import { VoiceSection } from "./voice-section.ts";

/** What the section needs of the plugin. */
export type InspectedVoices = Pick<VoicePlugin, "world" | "speak" | "manifest" | "speakerAt">;

/** The part of the Inspector's properties pane that is used. */
export interface PropertiesPane {
  addSection(section: { readonly identity: string; readonly order: number }): Disposable;
  addSectionContent(content: {
    readonly key: string;
    readonly predicate: (selected: unknown) => selected is Node;
    readonly content: readonly {
      readonly section: string;
      readonly component: (props: { readonly context: Node }) => unknown;
    }[];
  }): Disposable;
}

interface Disposable {
  dispose(): void;
}

/** A service definition of the Inspector. */
export interface VoiceInspector {
  readonly friendlyName: string;
  readonly consumes: readonly [symbol];
  readonly factory: (properties: PropertiesPane) => Disposable;
}

const SECTION = "Voice";

/** Among the Inspector's own sections: after "General". */
const ORDER = 1;

/** Changes are written into the entity's VoiceComponent and `metadata.voice` of the node its mouth is bound to. */
export function createVoiceInspector(voices: InspectedVoices): VoiceInspector {
  /** What a designer has typed and locked stays when another node is looked at. */
  const known = new WeakMap<Node, EntityVoice>();
  const voiceOf = ({ eid, node }: BoundMouth) => {
    const onChange = (record: VoiceRecord) => (node.metadata = { ...node.metadata, voice: record });
    const voice = known.get(node) ?? createEntityVoice({ voices, manifest: voices.manifest, eid, onChange });
    known.set(node, voice);
    return voice;
  };
  const hasVoice = (selected: unknown): selected is Node =>
    selected instanceof Node && voices.speakerAt(selected) !== undefined;
  const component = ({ context }: { readonly context: Node }) => {
    const speaker = voices.speakerAt(context);
    if (speaker === undefined) return null;
    return createElement(VoiceSection, { voice: voiceOf(speaker), manifest: voices.manifest });
  };
  return {
    friendlyName: "Voices",
    consumes: [PropertiesServiceIdentity],
    factory(properties) {
      const added = [
        properties.addSection({ identity: SECTION, order: ORDER }),
        properties.addSectionContent({
          key: "Voice",
          predicate: hasVoice,
          content: [{ section: SECTION, component }],
        }),
      ];
      return { dispose: () => added.forEach((each) => each.dispose()) };
    },
  };
}
