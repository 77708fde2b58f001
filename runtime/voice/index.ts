/** What a game may do with voices that nobody has spoken yet; `speaker` is the manifest's. */
export type { TraitName } from "../manifest.ts";
export { blend, variant, type MadeVoice } from "./blend.ts";
export {
  castVoices,
  createCast,
  type AssignOptions,
  type Cast,
  type CastKey,
  type CastMember,
  type CastOptions,
  type CastReport,
  type CastVoice,
  type Crowd,
  type CrowdConstraints,
} from "./cast.ts";
export { distinctDistance, voiceDistance } from "./distinctness.ts";
export { findSeed, type FoundSeed } from "./find-seed.ts";
export { readVoiceRecord } from "./read-voice-record.ts";
export { parseSeed, type Seed, type SeedLike } from "./seed.ts";
export { speakerLatentOf } from "./speaker-latent.ts";
export { TRAIT_NAMES, traitRange, type SpeakerSpace } from "./trait-space.ts";
export {
  TRAIT_WORDS,
  VOICE_KINDS,
  type TraitWord,
  type VoiceImpression,
  type VoiceKind,
} from "./trait-words.ts";
export { describeVoice, type VoiceDescription, type VoiceSource, type VoiceTraits } from "./traits.ts";
export { voiceLike, type WishedVoice } from "./voice-like.ts";
export {
  hexOf,
  recordVoice,
  restoreVoice,
  VOICE_RECORD_VERSION,
  type RestoredVoice,
  type VoiceMaking,
  type VoiceRecord,
} from "./voice-record.ts";
export type { Compromise, TraitWish, VoiceWish } from "./voice-wish.ts";
