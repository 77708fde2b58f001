import { expect, it } from "vitest";
import { speak } from "../../runtime/speech/speak.ts";
import type { SpeechOptions } from "../../runtime/speech/speech-options.ts";
import { tinyManifest } from "../onnx/tiny-weights.ts";
import { createFakeBackend } from "./fake-backend.ts";

const manifest = await tinyManifest();

it("asks for breath where a line is whispered, whether the model has learned to or not", async () => {
  const breathsOf = async (text: string, model: typeof manifest, options?: SpeechOptions) => {
    const backend = createFakeBackend(model);
    for await (const _ of speak(backend, model, text, options));
    return backend.requests.map(({ breath }) => breath);
  };
  const unlearned = { ...manifest, styles: [] };
  for (const model of [manifest, unlearned]) {
    expect(await breathsOf("<whisper>Come here.</whisper> Now.", model)).toEqual([1, undefined]);
    expect(await breathsOf("Come here.", model, { style: "whisper", intensity: 0.25 })).toEqual([0.4]);
  }
  const mute = { ...unlearned, decoder: { ...manifest.decoder, breath: undefined } };
  expect(await breathsOf("<whisper>Come here.</whisper>", mute as typeof manifest)).toEqual([undefined]);
  await expect(breathsOf("Come here.", mute as typeof manifest, { style: "whisper" })).rejects.toThrow(
    /have not learned the style "whisper"; allowed: neutral\./,
  );
});
