import { afterAll, expect, it, vi } from "vitest";
import { joinFloats } from "../../runtime/join-floats.ts";
import type { SentenceRequest } from "../../runtime/backend.ts";
import { readShader } from "../../runtime/node/read-shader.ts";
import { speak } from "../../runtime/speech/speak.ts";
import type { SpeechOptions } from "../../runtime/speech/speech-options.ts";
import { createWebGpuBackend, type WebGpuOptions } from "../../runtime/webgpu/webgpu-backend.ts";
import { loadWeights } from "../../runtime/weights.ts";
import { largestDifference, readTiny } from "../onnx/tiny-weights.ts";
import { manifest, stageWith } from "../plugin/stage.ts";
import { requestDevice } from "../webgpu/dawn.ts";
import { learnedVoice } from "./learned-voice.ts";

const TEXT = "Go!";
const VOICES = 8;

const device = await requestDevice();
const create = async (pacing: WebGpuOptions["pacing"] & string) =>
  createWebGpuBackend(await loadWeights(readTiny, []), {
    device,
    readShader,
    weightType: "f32",
    slots: VOICES,
    pacing,
  });
const paced = await create("caller");
const immediate = await create("immediate");
afterAll(async () => {
  await Promise.all([paced.dispose(), immediate.dispose()]);
  device.destroy();
});

async function spokenAlone(options: SpeechOptions): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  for await (const { samples } of speak(immediate, manifest, TEXT, options)) parts.push(samples);
  return joinFloats(parts);
}

/** All voices in every call of the backend. */
async function spokenTogether(requests: readonly SentenceRequest[]): Promise<Float32Array[]> {
  const handles = await Promise.all(requests.map((request) => immediate.openSentence(request)));
  const parts = handles.map((): Float32Array[] => []);
  for (let isSpeaking = true; isSpeaking;) {
    const frames = await immediate.advance(handles, 4);
    const sounds = await immediate.decode(handles);
    sounds.forEach((samples, index) => parts[index]!.push(samples));
    isSpeaking = frames.some(({ symbolIndices }) => symbolIndices.length > 0);
  }
  await Promise.all(handles.map((handle) => immediate.close(handle)));
  return parts.map((each) => joinFloats(each));
}

it("two learned and six seeded voices speak in one batch, each as it speaks alone", async () => {
  const stage = stageWith(paced, manifest, { slots: VOICES });
  const learned = [learnedVoice("Ada", 0.02), learnedVoice("Ben", -0.03)];
  for (const voice of learned) stage.voices.learned.set(voice.name, voice);
  const seed = { lo: 5, hi: 0 };
  const speakers = [
    ...learned.map(({ name, latent, adapter }) => ({
      eid: stage.npc({ seed, adapter: name }),
      options: { voice: { seed, latent }, adapter },
    })),
    ...[11, 12, 13, 14, 15, 16].map((lo) => ({
      eid: stage.npc({ seed: { lo, hi: 0 } }),
      options: { voice: { seed: { lo, hi: 0 } } },
    })),
  ];
  const lines = speakers.map(({ eid }) => stage.voices.speak(eid, TEXT, { detail: "full" }));
  for (let nowMs = 16; lines.some(({ state }) => state !== "finished"); nowMs += 16) {
    expect(lines.flatMap(({ error }) => error ?? [])).toEqual([]);
    stage.output.play(16);
    stage.voices.update(nowMs, 16);
    await new Promise<void>((resolve) => setTimeout(resolve, 2)); // the device's own callbacks run too
  }
  const openSentence = vi.spyOn(immediate, "openSentence");
  const sounds: Float32Array[] = [];
  for (const { options } of speakers) sounds.push(await spokenAlone(options));
  const together = await spokenTogether(openSentence.mock.calls.map(([request]) => request));
  expect(together.length).toBe(VOICES);
  for (const [index, { eid }] of speakers.entries()) {
    const heard = stage.output.sinks.find((sink) => sink.eid === eid)?.heard() ?? [];
    expect(largestDifference(heard, sounds[index]!)).toBeLessThan(1e-4);
    expect(largestDifference(together[index]!, sounds[index]!)).toBeLessThan(1e-4);
    for (const other of sounds.slice(0, index)) expect(largestDifference(heard, other)).toBeGreaterThan(1e-2);
  }
  stage.voices.dispose();
});
