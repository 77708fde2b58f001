/** The sound of a line, in the detail it is spoken with. */
import { speak, type SpeechChunk } from "../runtime/speech/speak.ts";
import type { SpeechOptions } from "../runtime/speech/speech-options.ts";
import type { UserLexicon } from "../runtime/text/lexicon.ts";
import { babbledChunks, syllablesOf } from "./babble.ts";
import { lineKey, type EntityVoice } from "./line-voice.ts";
import { plannedChunks } from "./planned-line.ts";
import {
  joinedChunks,
  recordedChunks,
  replayedChunks,
  stretchedChunks,
  type SpeechChunks,
  type TextPiece,
} from "./speech-chunks.ts";
import { textPieces } from "./text-stream.ts";
import type { SpeechDetail } from "./voice-line.ts";
import type { Line, VoicesState } from "./voice-state.ts";

/** A longer line is not worth its place in a cache. */
const LONGEST_CACHED_SECONDS = 30;

type ChunkStream = AsyncGenerator<SpeechChunk, void, undefined>;

export function lexiconOf(state: VoicesState, { options }: Line): UserLexicon {
  return options.lexicon === undefined ? state.lexicon : { ...state.lexicon, ...options.lexicon };
}

/** The line's place in the cache; undefined for a stream of text, which is not known when it begins. */
export function cacheKeyOf(state: VoicesState, line: Line, voice: EntityVoice): string | undefined {
  const { script, options } = line;
  if (typeof script !== "string") return undefined;
  const { take = 0, temperature, style, intensity } = options;
  const lexicon = lexiconOf(state, line);
  return lineKey(voice, { text: script, take, temperature, style, intensity, lexicon });
}

/** Does no work before a chunk is asked for. */
export function lineChunks(
  state: VoicesState,
  line: Line,
  voice: EntityVoice,
  detail: SpeechDetail,
): ChunkStream {
  if (detail === "cached") return cachedChunks(state, line, voice);
  if (detail === "full") return fullChunks(state, line, voice);
  const { manifest } = state;
  const lexicon = lexiconOf(state, line);
  const sound = detail === "babble" ? state.sounds.find("babble", voice) : undefined;
  const syllables = sound && syllablesOf(sound);
  return joined(state, line, (text) => {
    const planned = plannedChunks(text, lexicon, manifest, voice.speed);
    return syllables ? babbledChunks(planned, text, syllables, manifest.sampleRateHz) : planned;
  });
}

function joined(state: VoicesState, line: Line, speakPiece: (text: string) => SpeechChunks): ChunkStream {
  return joinedChunks(piecesOf(line), speakPiece, state.manifest.sampleRateHz);
}

function piecesOf(line: Line): AsyncIterable<TextPiece> | Iterable<TextPiece> {
  if (typeof line.script === "string") return [{ text: line.script, charStart: 0 }];
  const grow = (text: string) => {
    line.text = text;
  };
  return textPieces(line.script, grow, line.over.signal);
}

function fullChunks(state: VoicesState, line: Line, entityVoice: EntityVoice): ChunkStream {
  const { voice, adapter, speed, learned } = entityVoice;
  const { manifest, scheduler, adapters } = state;
  const { take, temperature, style, intensity } = line.options;
  const options: SpeechOptions = {
    voice,
    lexicon: lexiconOf(state, line),
    signal: line.over.signal,
    ...(adapter !== undefined && { adapter }),
    ...(take !== undefined && { take }),
    ...(temperature !== undefined && { temperature }),
    ...(style !== undefined && { style }),
    ...(intensity !== undefined && { intensity }),
  };
  const backend = scheduler.backendFor(line.demand);
  const chunks = joined(state, line, (text) => speak(backend, manifest, text, options));
  const stretched = stretchedChunks(chunks, speed, manifest.sampleRateHz);
  const cacheKey = cacheKeyOf(state, line, entityVoice);
  if (cacheKey === undefined) return stretched;
  const mostSamples = LONGEST_CACHED_SECONDS * manifest.sampleRateHz;
  return recordedChunks(stretched, mostSamples, (spoken) => {
    if (learned !== undefined && ![...adapters.values()].includes(learned)) return; // deleted meanwhile
    void (async () => state.cache.put(cacheKey, spoken))().catch(state.onError);
  });
}

/** As it was spoken before; in full when the cache no longer has it. */
async function* cachedChunks(state: VoicesState, line: Line, voice: EntityVoice): ChunkStream {
  const key = cacheKeyOf(state, line, voice) ?? "";
  const stored = await (async () => state.cache.get(key))().catch((error: unknown) => {
    state.onError(error);
    return undefined;
  });
  if (stored !== undefined) return yield* replayedChunks(stored);
  line.detail = "full";
  yield* fullChunks(state, line, voice);
}
