/**
 * Voices for a Babylon.js game with bitecs: `createVoicePluginAsync` is the door; everything it gives is a `VoicePlugin`.
 */
export * from "../runtime/errors.ts";
export type { Adapter, SpeechBackend } from "../runtime/backend.ts";
export type { Manifest } from "../runtime/manifest.ts";
export type { SpeechEvent } from "../runtime/speech/speech-events.ts";
export { STYLE_NAMES, type StyleName } from "../runtime/styles.ts";
export type { UserLexicon } from "../runtime/text/lexicon.ts";
export type { Viseme } from "../runtime/text/visemes.ts";
export * from "../runtime/voice/index.ts";
export { WEBGPU_FEATURES } from "../runtime/webgpu/gpu.ts";
export { createAudioOutput, type AudioOutput, type AudioOutputOptions } from "./audio/audio-output.ts";
export { VOICE_EFFECTS, type EffectChain, type VoiceEffect } from "./audio/effects.ts";
export { PCM_PLAYER_SOURCE } from "./audio/pcm-player-source.ts";
export type { BackendChoice } from "./babylon/choose-backend.ts";
export type { Lips } from "./babylon/lip-sync.ts";
export type { MouthPose } from "./babylon/mouth-pose.ts";
export type { BoundMouth, MouthOptions } from "./babylon/mouths.ts";
export {
  VOICE_PLUGIN_DEFAULTS,
  type VoicePluginOptions,
  type VoicePluginProgress,
} from "./babylon/plugin-options.ts";
export { attachVoiceInspectables } from "./babylon/preview/voice-inspectables.ts";
export { createSubtitles, type SubtitlesOptions } from "./babylon/subtitles.ts";
export { createVoicePluginAsync, type VoicePlugin } from "./babylon/voice-plugin.ts";
export { VOICE_SPATIAL_DEFAULTS, type VoiceSpatialOptions } from "./babylon/voice-source.ts";
export { createCaptions, type Caption, type Captions, type CaptionsOptions } from "./captions.ts";
export {
  observeVoices,
  Queued,
  reconcileVoices,
  reseedClone,
  Speaking,
  VOICE_COMPONENT_VERSION,
  VOICE_DEFAULTS,
  VoiceComponent,
  type VoiceData,
} from "./components.ts";
export * from "./cloning/index.ts";
export {
  createConversation,
  type Conversation,
  type ConversationOptions,
  type TurnOptions,
} from "./conversation.ts";
export { createMemoryLineCache } from "./memory-line-cache.ts";
export { createEntityVoice, type EntityVoice, type EntityVoiceOptions } from "./preview/entity-voice.ts";
export {
  createVoicePreview,
  VOICE_PREVIEW_DEFAULTS,
  type LineCost,
  type PreviewLine,
  type PreviewSide,
  type PreviewState,
  type PreviewVoice,
  type PreviewWord,
  type VoicePreview,
  type VoicePreviewOptions,
} from "./preview/voice-preview.ts";
export { openFileStore, type FileStore } from "./storage/file-store.ts";
export { createLayeredLineCache } from "./storage/layered-line-cache.ts";
export { openLineStore, type LineStore, type LineStoreOptions } from "./storage/line-store.ts";
export { StorageError } from "./storage/storage-error.ts";
export {
  createWeightsCache,
  type CachedWeights,
  type WeightsCache,
  type WeightsCacheOptions,
  type WeightsProgress,
} from "./storage/weights-cache.ts";
export type { SinkOptions, VoiceOutput, VoiceSink } from "./voice-output.ts";
export * from "./voices.ts";
