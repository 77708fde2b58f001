import { expect, it } from "vitest";
import { createSynthesizer, type SpeechEvent, type SynthesizerOptions } from "../../runtime/index.ts";
import { readShader } from "../../runtime/node/read-shader.ts";
import { readTiny } from "../onnx/tiny-weights.ts";
import { testGpu } from "./dawn.ts";
import { signalToNoise } from "./signal-to-noise.ts";

const { device } = await testGpu();

async function say(options: SynthesizerOptions) {
  const synthesizer = await createSynthesizer(options);
  const samples: number[] = [];
  const events: SpeechEvent[] = [];
  const speech = { voice: { seed: 7 }, temperature: 0.3 };
  for await (const chunk of synthesizer.speak("Hello, traveler! Go.", speech)) {
    samples.push(...chunk.samples);
    events.push(...chunk.events);
  }
  await synthesizer.dispose();
  return { samples, events };
}

it("speaks a line on the GPU as on the CPU, with the same events at the same times", async () => {
  const onGpu = await say({
    read: readTiny,
    backend: "webgpu",
    device,
    readShader,
    slots: 1,
    weightType: "f32",
  });
  const onCpu = await say({ read: readTiny, backend: "onnx" });
  expect(onGpu.events).toEqual(onCpu.events);
  expect(onGpu.events.filter(({ kind }) => kind === "word")).toHaveLength(3);
  expect(onCpu.samples.some((sample) => Math.abs(sample) > 1e-2)).toBe(true);
  expect(onGpu.samples).toHaveLength(onCpu.samples.length);
  expect(signalToNoise(onGpu.samples, onCpu.samples)).toBeGreaterThan(50);
});
