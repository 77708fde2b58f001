/** A piece of an audio graph that a voice goes through before it reaches the world. */
export interface EffectChain {
  readonly input: AudioNode;
  readonly output: AudioNode;
}

export type VoiceEffect = (context: BaseAudioContext) => EffectChain;

/** A small loudspeaker: a narrow band, a little overdriven. */
export function radio(context: BaseAudioContext): EffectChain {
  const lowCut = filter(context, "highpass", 450, 0.9);
  const overdrive = new WaveShaperNode(context, { curve: softClip(6), oversample: "2x" });
  const highCut = filter(context, "lowpass", 2800, 0.9);
  return chain(lowCut, overdrive, highCut, new GainNode(context, { gain: 0.7 }));
}

/** Behind cloth or metal: little above 1 kHz, with a hollow resonance. */
export function mask(context: BaseAudioContext): EffectChain {
  const hollow = new BiquadFilterNode(context, { type: "peaking", frequency: 420, Q: 2, gain: 7 });
  const muffle = filter(context, "lowpass", 1100, 0.7);
  return chain(hollow, muffle);
}

/** In a large room of stone: the voice, and a second of echo. */
export function cave(context: BaseAudioContext): EffectChain {
  const input = new GainNode(context);
  const output = new GainNode(context);
  const echo = new ConvolverNode(context, { buffer: decayingNoise(context, CAVE_SECONDS) });
  const wet = new GainNode(context, { gain: 0.6 });
  input.connect(output);
  chain(input, echo, wet, output);
  return { input, output };
}

/** Effects by the name that `speak(..., { effect })` takes. */
export const VOICE_EFFECTS: Readonly<Record<string, VoiceEffect>> = { radio, mask, cave };

const CAVE_SECONDS = 1.2;

/** -60 dB, where an echo counts as gone. */
const SILENCE = 1e-3;

function chain(...nodes: readonly [AudioNode, ...AudioNode[]]): EffectChain {
  const output = nodes.reduce((from, to) => from.connect(to));
  return { input: nodes[0], output };
}

function filter(context: BaseAudioContext, type: BiquadFilterType, frequency: number, Q: number): AudioNode {
  return new BiquadFilterNode(context, { type, frequency, Q });
}

/** tanh(drive * x), scaled to reach 1 at 1. */
function softClip(drive: number): Float32Array<ArrayBuffer> {
  const curve = new Float32Array(257);
  return curve.map((_, i) => Math.tanh(drive * (i / 128 - 1)) / Math.tanh(drive));
}

/** Noise that has fallen by 60 dB at its end. */
function decayingNoise(context: BaseAudioContext, seconds: number): AudioBuffer {
  const { sampleRate } = context;
  const buffer = new AudioBuffer({ length: Math.round(seconds * sampleRate), sampleRate });
  const samples = buffer.getChannelData(0);
  for (let i = 0; i < samples.length; i += 1) {
    samples[i] = (Math.random() * 2 - 1) * SILENCE ** (i / samples.length);
  }
  return buffer;
}
