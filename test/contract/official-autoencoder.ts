/** What every SpeechBackend has to do with the encoder and decoder of the official geometry; the tiny model speaks through them. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SentenceRequest, SpeechBackend } from "../../runtime/backend.ts";
import type { Weights } from "../../runtime/weights.ts";
import { officiallyVoiced, officialSound } from "../onnx/official-weights.ts";
import {
  difference,
  goldenOf,
  goldenRequest,
  speakTogether,
  speakWhole,
  SPOKEN_TO_GOLDEN,
  TO_GOLDEN,
  TO_ITSELF,
} from "./tiny-sentence.ts";

export interface BackendUnderTest {
  readonly name: string;
  readonly create: (weights: Weights) => Promise<SpeechBackend>;
}

export function describeOfficialAutoencoder({ name, create }: BackendUnderTest): void {
  describe(`SpeechBackend ${name} with the official encoder and decoder`, () => {
    let weights: Weights;
    let backend: SpeechBackend;
    let request: SentenceRequest;
    beforeAll(async () => {
      weights = await officiallyVoiced();
      backend = await create(weights);
      request = goldenRequest(weights.manifest);
    });
    afterAll(() => backend.dispose());

    it("gives the sound of the whole sentence, however it is cut into calls and whoever speaks with it", async () => {
      const golden = await goldenOf(weights.read, "sentence");
      const expected = await officialSound(golden("latents"));
      const other = { ...request, symbols: request.symbols.slice(12) };
      const whole = await speakWhole(backend, request, 100);
      const [cut] = await speakTogether(backend, [request, other], 5);
      for (const { pointers, samples } of [whole, cut!]) {
        expect(pointers).toEqual([...golden("pointer")]);
        expect(difference(samples, expected)).toBeLessThan(SPOKEN_TO_GOLDEN);
      }
      expect(difference(cut!.samples, whole.samples)).toBeLessThan(TO_ITSELF);
    });

    it("encodes as the PyTorch model does", async () => {
      const golden = await goldenOf(weights.read, "encoder");
      const { mean, logScale } = await backend.encode(golden("input.samples"));
      expect(difference(mean, golden("output.mean"))).toBeLessThan(TO_GOLDEN);
      expect(difference(logScale, golden("output.log_scale"))).toBeLessThan(TO_GOLDEN);
    });
  });
}
