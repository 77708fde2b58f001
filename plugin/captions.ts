/** Subtitles: the sentence each voice is saying, in step with what is heard. How they look is the game's. */
import type { EntityId } from "bitecs";
import type { SpeechEvent } from "../runtime/speech/speech-events.ts";
import type { VoiceLine } from "./voice-line.ts";
import type { Voices } from "./voices.ts";

export interface Caption {
  readonly line: VoiceLine;
  readonly eid: EntityId;
  /** The sentence being heard; a long one comes in pieces. */
  readonly text: string;
  /** How many characters of `text` have been said, the present word included. */
  readonly said: number;
}

export interface Captions {
  /** One for each voice that can be understood, in the order in which they began. */
  readonly current: readonly Caption[];
  dispose(): void;
}

export interface CaptionsOptions {
  /** Called at every change of `current`. */
  readonly onChange?: (current: readonly Caption[]) => void;
  /** Which lines get one. Defaults to those that are spoken in full or as before, not babble and silence. */
  readonly shows?: (line: VoiceLine) => boolean;
}

function isUnderstood({ detail }: VoiceLine): boolean {
  return detail === "full" || detail === "cached";
}

/** Captions of all voices from now on. */
export function createCaptions(
  voices: Pick<Voices, "onEvent" | "onEnded">,
  { onChange, shows = isUnderstood }: CaptionsOptions = {},
): Captions {
  const captions = new Map<VoiceLine, Caption & { readonly charStart: number }>();
  const changed = () => onChange?.([...captions.values()]);
  const follow = (line: VoiceLine, event: SpeechEvent) => {
    const caption = captions.get(line);
    if (event.kind === "sentence") {
      // The same sentence may come twice: look for it after the one before.
      const after = caption === undefined ? 0 : caption.charStart + caption.text.length;
      const charStart = Math.max(line.text.indexOf(event.text, after), 0);
      captions.set(line, { line, eid: line.eid, text: event.text, said: 0, charStart });
    } else if (event.kind === "word" && caption !== undefined) {
      const said = Math.min(event.charEnd - caption.charStart, caption.text.length);
      captions.set(line, { ...caption, said: Math.max(caption.said, said) });
    } else return;
    changed();
  };
  const detach = [
    voices.onEvent.add(({ line, event }) => {
      if (shows(line)) follow(line, event);
    }),
    voices.onEnded.add(({ line }) => {
      if (captions.delete(line)) changed();
    }),
  ];
  return {
    get current() {
      return [...captions.values()];
    },
    dispose() {
      for (const undo of detach) undo();
      captions.clear();
    },
  };
}
