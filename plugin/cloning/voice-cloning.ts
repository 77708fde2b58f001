/**
 * The way from a player's voice to one that the game speaks with, without a user interface: what is shown is `state`, what
 * the player does are the calls. A call that the present stage has no place for does nothing; what goes wrong is a state.
 */
import { requireConsent } from "../../runtime/adapt/consent.ts";
import type { LearnState } from "../../runtime/adapt/learn-state.ts";
import type { LearnControl, LearnedVoiceFile } from "../../runtime/adapt/learn-voice.ts";
import { parseWav } from "../../runtime/audio/parse-wav.ts";
import { AudioInputError, ConsentError } from "../../runtime/errors.ts";
import { createTeller, type ListenerList } from "../listeners.ts";
import { checkTake, type Take } from "./check-take.ts";
import type { CloningState } from "./cloning-state.ts";
import { microphoneErrorFrom } from "./microphone-error.ts";
import type { MicrophoneDevice, Microphones, OpenMicrophone } from "./microphone.ts";
import { READ_ALOUD } from "./read-aloud.ts";
import { createRecorder, type Recorder } from "./recorder.ts";
import type { PlayRecording, Review } from "./review-player.ts";
import type { UnfinishedVoices } from "./unfinished-voice.ts";
import type { VoiceLearner } from "./voice-learner.ts";
import type { VoiceLibrary } from "./voice-library.ts";

/** Who agrees, and what becomes of the voice. */
export interface Agreement {
  /** Whose voice it is. */
  readonly speaker: string;
  /** True when they have agreed to `consentStatement(speaker)`. */
  readonly agreed: boolean;
  /** Of the learned voice. Defaults to the speaker. */
  readonly name?: string;
  /** Gives the recording back when all is done. Defaults to false: it is erased when it has been read. */
  readonly keepRecording?: boolean;
}

export interface VoiceCloningController {
  readonly state: CloningState;
  readonly onChange: ListenerList<CloningState>;
  /** To be read aloud. */
  readonly sentence: string;
  nextSentence(): void;
  /** Asks for the microphones. */
  begin(): void;
  /** Records with a microphone; defaults to the one used last, or the browser's choice. */
  listen(deviceId?: string): void;
  /** Ends recording and checks it. */
  stop(): void;
  /** Takes the bytes of a WAV file in the place of a recording. The transcript defaults to the sentence. */
  useFile(bytes: Uint8Array, transcript?: string): void;
  /** Plays the recording, or stops that. */
  review(): void;
  /** Goes on with a recording that can be used. */
  accept(): void;
  /** Learns the voice. */
  agree(agreement: Agreement): void;
  /** Goes on with an unfinished voice. */
  resume(): void;
  /** Drops an unfinished voice. */
  discard(): void;
  /** Ends whatever is going on; recordings and half-learned voices are gone. */
  cancel(): void;
  /** As if the page was closed: what is being learned may be gone on with later. */
  dispose(): void;
}

export interface VoiceCloningParts {
  readonly library: Pick<VoiceLibrary, "add">;
  readonly learner: VoiceLearner;
  readonly microphones: Microphones;
  readonly unfinished: UnfinishedVoices;
  readonly play: PlayRecording;
  readonly now: () => Date;
  /** Hears of an error thrown by a listener; must not throw. */
  readonly onError: (error: unknown) => void;
}

/** Within what runtime/adapt/check-recording.ts allows. */
const LONGEST_SECONDS = 29;

/** In every other stage it is erased. */
const HOLDS_RECORDING: ReadonlySet<CloningState["stage"]> = new Set(["recorded", "consent", "learning"]);

export function createVoiceCloning(parts: VoiceCloningParts): VoiceCloningController {
  const { library, learner, microphones, unfinished, play, now, onError } = parts;
  const teller = createTeller<CloningState>(onError);
  let state: CloningState = { stage: "idle", unfinished: undefined };
  let activity = new AbortController(); // of what goes on in the present stage
  let sentence = 0;
  let devices: readonly MicrophoneDevice[] = [];
  let deviceId: string | undefined;
  let review: Review | undefined;
  let material: { readonly take: Take; readonly transcript: string } | undefined;
  let finish: (() => void) | undefined; // of the recording under way

  function show(next: CloningState): void {
    state = next;
    teller.tell(next);
  }

  /** Leaves what was going on; the signal aborts when this, too, is left. */
  function enter(next: CloningState): AbortSignal {
    activity.abort(new DOMException("Cloning went on to something else.", "AbortError"));
    activity = new AbortController();
    review?.stop();
    finish = undefined;
    if (!HOLDS_RECORDING.has(next.stage)) erase();
    show(next);
    return activity.signal;
  }

  function erase(): void {
    for (const channel of material?.take.recording.channels ?? []) channel.fill(0);
    material?.take.reference?.samples.fill(0);
    material = undefined;
  }

  function choosing(problem?: string, isWaiting = false): CloningState {
    return { stage: "choosing", isWaiting, devices, problem };
  }

  async function rest(dropsUnfinished: boolean): Promise<void> {
    const signal = enter({ stage: "idle", unfinished: undefined });
    if (dropsUnfinished) await unfinished.discard();
    const left = await unfinished.find();
    if (!signal.aborted && left !== undefined) show({ stage: "idle", unfinished: left });
  }

  async function choose(): Promise<void> {
    const signal = enter(choosing(undefined, true));
    try {
      const found = await microphones.list();
      if (signal.aborted) return;
      devices = found;
      show(choosing(found.length === 0 ? microphoneErrorFrom(NOT_FOUND).message : undefined));
    } catch (error) {
      if (!signal.aborted) show(choosing(microphoneErrorFrom(error).message));
    }
  }

  async function listen(): Promise<void> {
    const signal = enter(choosing(undefined, true));
    let recorder: Recorder | undefined;
    let microphone: OpenMicrophone | undefined;
    try {
      microphone = await microphones.open(deviceId, {
        onSamples(samples) {
          if (signal.aborted || recorder === undefined) return;
          recorder.add(samples);
          const { seconds, level } = recorder;
          show({ stage: "listening", seconds, longestSeconds: LONGEST_SECONDS, level });
          if (seconds >= LONGEST_SECONDS) finish?.();
        },
        onFault(error) {
          if (!signal.aborted) enter(choosing(error.message));
        },
      });
    } catch (error) {
      if (!signal.aborted) enter(choosing(microphoneErrorFrom(error).message));
      return;
    }
    signal.addEventListener("abort", () => microphone.close(), { once: true });
    if (signal.aborted) return microphone.close();
    const started = createRecorder(microphone.sampleRateHz);
    recorder = started;
    const { level } = started;
    show({ stage: "listening", seconds: 0, longestSeconds: LONGEST_SECONDS, level });
    finish = () => recorded(checkTake(started.take()), READ_ALOUD[sentence]!);
  }

  function recorded(take: Take, transcript: string): void {
    erase();
    material = { take, transcript };
    enter({ stage: "recorded", take, transcript, isPlaying: false });
  }

  async function learn(
    name: string,
    run: (control: LearnControl & { readonly signal: AbortSignal }) => Promise<LearnedVoiceFile>,
    keepRecording: boolean,
  ): Promise<void> {
    const signal = enter({ stage: "learning", name, progress: undefined });
    const recording = keepRecording ? copyOf(material?.take) : undefined;
    try {
      const voice = await run({
        signal,
        onProgress(progress) {
          if (signal.aborted) return;
          if (progress.stage === "training") erase();
          show({ stage: "learning", name, progress });
        },
        onState(learned) {
          if (!signal.aborted) unfinished.keep(learned);
        },
      });
      if (signal.aborted) return;
      const added = await library.add(voice);
      await unfinished.discard();
      if (!signal.aborted)
        enter({ stage: "done", name: added.name, problem: added.problem?.message, recording });
    } catch (thrown) {
      if (signal.aborted) return;
      const error = thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
      const left = await unfinished.find();
      if (!signal.aborted) enter({ stage: "failed", error, canResume: left !== undefined });
    }
  }

  const forgetDevices = microphones.onChange(() => {
    if (state.stage === "choosing" && !state.isWaiting && devices.length > 0) void choose();
  });
  rest(false).catch(onError);

  return {
    get state() {
      return state;
    },
    onChange: teller,
    get sentence() {
      return READ_ALOUD[sentence]!;
    },
    nextSentence() {
      if (state.stage !== "idle" && state.stage !== "choosing" && state.stage !== "recorded") return;
      sentence = (sentence + 1) % READ_ALOUD.length;
      show(state);
    },
    begin() {
      if (state.stage !== "learning") void choose();
    },
    listen(id) {
      if (state.stage !== "choosing" && state.stage !== "recorded" && state.stage !== "failed") return;
      deviceId = id ?? deviceId;
      void listen();
    },
    stop() {
      if (state.stage === "listening") finish?.();
    },
    useFile(bytes, transcript = READ_ALOUD[sentence]!) {
      if (state.stage === "learning" || state.stage === "listening") return;
      try {
        recorded(checkTake(parseWav(bytes)), transcript);
      } catch (error) {
        if (!(error instanceof AudioInputError)) throw error;
        enter(choosing(error.message));
      }
    },
    review() {
      if (state.stage !== "recorded" || state.isPlaying) return review?.stop();
      const { stage, take, transcript } = state;
      const shown = { stage, take, transcript, isPlaying: true };
      const playing = play(take.recording);
      review = playing;
      show(shown);
      void playing.finished.catch(onError).then(() => {
        if (review === playing) review = undefined;
        if (state === shown) show({ ...shown, isPlaying: false });
      });
    },
    accept() {
      if (state.stage === "recorded" && state.take.reference) enter({ stage: "consent", problem: undefined });
    },
    agree({ speaker, agreed, name = speaker, keepRecording = false }) {
      const reference = material?.take.reference;
      if (state.stage !== "consent" || material === undefined || reference === undefined) return;
      const consent: unknown = { statementVersion: 1, speaker, givenAt: now().toISOString(), agreed };
      try {
        requireConsent(consent);
      } catch (error) {
        if (!(error instanceof ConsentError)) throw error;
        return show({ stage: "consent", problem: error.message });
      }
      const { samples } = reference;
      const { transcript } = material;
      void learn(
        name,
        (control) => learner.learn({ samples, transcript, consent, name, ...control }),
        keepRecording,
      );
    },
    resume() {
      if (state.stage !== "idle" && state.stage !== "failed") return;
      const asked = state;
      const goOn = (left: LearnState | undefined) => {
        if (left === undefined || state !== asked) return;
        void learn(left.name, (control) => learner.resume(left, control), false);
      };
      unfinished.find().then(goOn).catch(onError);
    },
    discard() {
      if (state.stage === "idle" || state.stage === "failed") rest(true).catch(onError);
    },
    cancel() {
      rest(state.stage === "learning").catch(onError);
    },
    dispose() {
      forgetDevices();
      activity.abort(new DOMException("Cloning was disposed.", "AbortError"));
      review?.stop();
      erase();
    },
  };
}

const NOT_FOUND = new DOMException("", "NotFoundError");

function copyOf(take: Take | undefined): Take["recording"] | undefined {
  if (take === undefined) return undefined;
  const { sampleRateHz, channels } = take.recording;
  return { sampleRateHz, channels: channels.map((channel) => channel.slice()) };
}
