/** Cloning a player's voice: the microphone, the way to a learned voice, and the voices that the player has. */
export { consentStatement, type Consent } from "../../runtime/adapt/consent.ts";
export type { LearnedVoiceFile, LearnProgress, LearnReport } from "../../runtime/adapt/learn-voice.ts";
export { readVoiceFile, writeVoiceFile } from "../../runtime/adapt/voice-file.ts";
export type { Recording } from "../../runtime/speech/check-reference.ts";
export { CAPTURE_SOURCE } from "./capture-source.ts";
export type { Take } from "./check-take.ts";
export type * from "./cloning-state.ts";
export { MicrophoneError, type MicrophoneFault } from "./microphone-error.ts";
export {
  createMicrophones,
  type MicrophoneDevice,
  type MicrophoneListener,
  type Microphones,
  type MicrophonesOptions,
  type OpenMicrophone,
} from "./microphone.ts";
export { openVoiceCloning, type VoiceCloning, type VoiceCloningOptions } from "./open-voice-cloning.ts";
export { READ_ALOUD } from "./read-aloud.ts";
export type { RecordingLevel } from "./recorder.ts";
export type { PlayRecording, Review } from "./review-player.ts";
export type { UnfinishedVoice } from "./unfinished-voice.ts";
export type { Agreement, VoiceCloningController } from "./voice-cloning.ts";
export type { VoiceLearner } from "./voice-learner.ts";
export {
  openVoiceLibrary,
  type AddedVoice,
  type LibraryEntry,
  type VoiceLibrary,
  type VoiceLibraryOptions,
} from "./voice-library.ts";
