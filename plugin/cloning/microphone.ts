import { CAPTURE_NAME, CAPTURE_SOURCE } from "./capture-source.ts";
import { MicrophoneError, microphoneErrorFrom } from "./microphone-error.ts";

export interface MicrophoneDevice {
  readonly id: string;
  /** For people. */
  readonly label: string;
}

/** Hears what a microphone does. */
export interface MicrophoneListener {
  /** The next samples, mono, full scale at -1 and 1. */
  onSamples(samples: Float32Array): void;
  /** It cannot go on: it was unplugged. Called at most once, and not after `close`. */
  onFault(error: MicrophoneError): void;
}

export interface OpenMicrophone {
  readonly sampleRateHz: number;
  /** Lets go of the device; the browser's sign of recording goes out. */
  close(): void;
}

/** The microphones of a machine. */
export interface Microphones {
  /**
   * Those that there are, after the player has allowed it: browsers tell no names before.
   * @throws MicrophoneError
   */
  list(): Promise<MicrophoneDevice[]>;
  /**
   * Starts one: the one of this id, or the browser's choice.
   * @throws MicrophoneError
   */
  open(id: string | undefined, listener: MicrophoneListener): Promise<OpenMicrophone>;
  /** Calls `listener` when one is plugged in or unplugged; returns what ends that. */
  onChange(listener: () => void): () => void;
}

export interface MicrophonesOptions {
  /** Where CAPTURE_SOURCE is served, for pages that forbid `blob:` scripts. Defaults to a Blob URL. */
  readonly workletUrl?: string;
}

/** What a browser does to calls would be learned as part of the voice. */
const RAW: MediaTrackConstraints = {
  channelCount: 1,
  echoCancellation: false,
  noiseSuppression: false,
  autoGainControl: false,
};

/** The microphones of the browser. */
export function createMicrophones({ workletUrl }: MicrophonesOptions = {}): Microphones {
  return {
    async list() {
      const stream = await askFor(RAW);
      const devices = await mediaDevices().enumerateDevices();
      stopTracks(stream);
      return devices
        .filter(({ kind }) => kind === "audioinput")
        .map(({ deviceId, label }, index) => ({ id: deviceId, label: label || `Microphone ${index + 1}` }));
    },
    async open(id, listener) {
      const stream = await askFor({ ...RAW, ...(id !== undefined && { deviceId: { exact: id } }) });
      try {
        return await capture(stream, listener, workletUrl);
      } catch (error) {
        stopTracks(stream);
        throw microphoneErrorFrom(error);
      }
    },
    onChange(listener) {
      const devices = navigator.mediaDevices as MediaDevices | undefined;
      devices?.addEventListener("devicechange", listener);
      return () => devices?.removeEventListener("devicechange", listener);
    },
  };
}

/** Undefined on pages that are not secure, whatever the types say. */
function mediaDevices(): MediaDevices {
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices === undefined) throw new MicrophoneError("insecure");
  return devices;
}

async function askFor(audio: MediaTrackConstraints): Promise<MediaStream> {
  try {
    return await mediaDevices().getUserMedia({ audio });
  } catch (error) {
    throw microphoneErrorFrom(error);
  }
}

function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** A context of its own, at the rate of the device: some browsers refuse a microphone of another rate than the context's. */
async function capture(
  stream: MediaStream,
  listener: MicrophoneListener,
  workletUrl: string | undefined,
): Promise<OpenMicrophone> {
  const context = new AudioContext();
  let isOpen = true;
  const close = () => {
    isOpen = false;
    for (const track of stream.getTracks()) track.removeEventListener("ended", onEnded);
    stopTracks(stream);
    if (context.state !== "closed") void context.close();
  };
  const onEnded = () => {
    close();
    listener.onFault(new MicrophoneError("unplugged"));
  };
  try {
    await addModule(context.audioWorklet, workletUrl);
    const node = new AudioWorkletNode(context, CAPTURE_NAME, {
      numberOfOutputs: 0, // never to the loudspeakers
      channelCount: 1,
      channelCountMode: "explicit",
    });
    node.port.addEventListener("message", ({ data }: MessageEvent<Float32Array>) => {
      if (isOpen) listener.onSamples(data); // blocks under way when it was closed still come
    });
    node.port.start();
    context.createMediaStreamSource(stream).connect(node);
    for (const track of stream.getTracks()) track.addEventListener("ended", onEnded);
    await context.resume();
  } catch (error) {
    close();
    throw error;
  }
  return { sampleRateHz: context.sampleRate, close };
}

async function addModule(worklet: AudioWorklet, workletUrl: string | undefined): Promise<void> {
  if (workletUrl !== undefined) return worklet.addModule(workletUrl);
  const url = URL.createObjectURL(new Blob([CAPTURE_SOURCE], { type: "text/javascript" }));
  try {
    await worklet.addModule(url);
  } finally {
    URL.revokeObjectURL(url);
  }
}
