/**
 * What every SpeechBackend has to do, on the tiny model. The same cases run on each backend, in Node and in a browser.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SentenceRequest, SpeechBackend } from "../../runtime/backend.ts";
import { AdapterError, AudioInputError, BackendError, WeightsError } from "../../runtime/errors.ts";
import type { Manifest } from "../../runtime/manifest.ts";
import { loadWeights, type ReadFile, type Weights } from "../../runtime/weights.ts";
import { describeAdapterGradient, goldenAdapter, goldenLine } from "./adapter-gradient.ts";
import {
  adapterOf,
  difference,
  GOLDEN_BREATH,
  goldenOf,
  goldenRequest,
  speakTogether,
  speakWhole,
  SPOKEN_TO_GOLDEN,
  TO_GOLDEN,
  TO_ITSELF,
  type Spoken,
} from "./tiny-sentence.ts";

export interface BackendUnderTest {
  readonly name: string;
  /** Of the tiny model, its goldens included. */
  readonly read: ReadFile;
  /** With room for eight sentences. */
  readonly create: (weights: Weights) => Promise<SpeechBackend>;
}

export function describeSpeechBackend({ name, read, create }: BackendUnderTest): void {
  describe(`SpeechBackend ${name}`, () => {
    let manifest: Manifest;
    let backend: SpeechBackend;
    let request: SentenceRequest;
    beforeAll(async () => {
      const weights = await loadWeights(read, []);
      manifest = weights.manifest;
      backend = await create(weights);
      request = goldenRequest(manifest);
    });
    afterAll(() => backend.dispose());

    /** Eight different sentences. */
    const crowd = () =>
      Array.from({ length: 8 }, (_, voice) => ({
        ...request,
        symbols: request.symbols.slice(voice % 4),
        noise: { ...request.noise, stream: 90 + voice },
      }));

    it("speaks the sentence the PyTorch model speaks", async () => {
      const golden = await goldenOf(read, "sentence");
      const { pointers, samples, ended } = await speakWhole(backend, request, 100);
      expect(
        difference(request.conditioning.subarray(0, manifest.speaker.dim), golden("speaker")),
      ).toBeLessThan(1e-6);
      expect(pointers).toEqual([...golden("pointer")]);
      expect(ended).toMatch(/^(stopped|rested)$/);
      expect(samples.length).toBe(pointers.length * manifest.samplesPerLatent);
      const undelayed = samples.slice(0, golden("samples").length);
      expect(difference(undelayed, golden("samples"))).toBeLessThan(SPOKEN_TO_GOLDEN);
    });

    it("breathes as the PyTorch model does, beside sentences that do not", async () => {
      const golden = await goldenOf(read, "sentence");
      const breathed = { ...request, breath: GOLDEN_BREATH };
      for (const chunk of [100, 3]) {
        const [voiced, whispered] = await speakTogether(backend, [request, breathed], chunk);
        const wanted = [golden("samples"), golden("breathed")] as const;
        expect(difference(voiced!.samples.slice(0, wanted[0].length), wanted[0])).toBeLessThan(
          SPOKEN_TO_GOLDEN,
        );
        expect(difference(whispered!.samples.slice(0, wanted[1].length), wanted[1])).toBeLessThan(
          SPOKEN_TO_GOLDEN,
        );
        expect(difference(wanted[1], wanted[0])).toBeGreaterThan(10 * SPOKEN_TO_GOLDEN);
      }
    });

    it("gives the same samples however the sentence is cut into calls", async () => {
      const whole = await speakWhole(backend, request, 100);
      for (const chunk of [1, 3, 7]) {
        const cut = await speakWhole(backend, request, chunk);
        expect(cut.pointers).toEqual(whole.pointers);
        expect(difference(cut.samples, whole.samples)).toBeLessThan(TO_ITSELF);
      }
    });

    it("decodes later what it did not decode at once", async () => {
      const whole = await speakWhole(backend, request, 100);
      const handle = await backend.openSentence(request);
      await backend.advance([handle], 2);
      await backend.advance([handle], 3);
      const [first] = await backend.decode([handle]);
      await backend.advance([handle], 100);
      const [rest] = await backend.decode([handle]);
      await backend.close(handle);
      expect(first).toHaveLength((5 - manifest.decoder.delayLatents) * manifest.samplesPerLatent);
      expect(difference([...first!, ...rest!], whole.samples)).toBeLessThan(TO_ITSELF);
    });

    it("speaks eight sentences together as it speaks them alone", async () => {
      const requests = crowd();
      const alone: Spoken[] = [];
      for (const each of requests) alone.push(await speakWhole(backend, each, 4));
      const together = await speakTogether(backend, requests, 4);
      together.forEach(({ pointers, samples }, voice) => {
        expect(pointers).toEqual(alone[voice]!.pointers);
        expect(difference(samples, alone[voice]!.samples)).toBeLessThan(TO_ITSELF);
      });
    });

    it("lets sentences join and leave in the middle of others", async () => {
      const [first, second, third] = crowd() as [SentenceRequest, SentenceRequest, SentenceRequest];
      const whole = await speakWhole(backend, first, 5);
      const handle = await backend.openSentence(first);
      const leaver = await backend.openSentence(second);
      const [start] = await backend.advance([leaver, handle], 2).then(([, mine]) => [mine]);
      const [head] = (await backend.decode([handle])) as [Float32Array];
      await backend.close(leaver);
      const joiner = await backend.openSentence(third);
      const batches = await backend.advance([handle, joiner], 100);
      const [tail, joined] = (await backend.decode([handle, joiner])) as [Float32Array, Float32Array];
      await Promise.all([handle, joiner].map((each) => backend.close(each)));
      expect([...start!.symbolIndices, ...batches[0]!.symbolIndices]).toEqual(whole.pointers);
      expect(difference([...head, ...tail], whole.samples)).toBeLessThan(TO_ITSELF);
      expect(difference(joined, (await speakWhole(backend, third, 100)).samples)).toBeLessThan(TO_ITSELF);
    });

    it("gives nothing more of a sentence that ended", async () => {
      const handle = await backend.openSentence(request);
      const [batch] = await backend.advance([handle], 100);
      await backend.decode([handle]);
      expect(await backend.advance([handle], 5)).toEqual([
        { symbolIndices: new Int32Array(0), ended: batch!.ended },
      ]);
      expect(await backend.decode([handle])).toEqual([new Float32Array(0)]);
      await backend.close(handle);
    });

    it("takes calls that were not waited for in their order", async () => {
      const whole = await speakWhole(backend, request, 100);
      const handle = await backend.openSentence(request);
      const [first, sound, second] = await Promise.all([
        backend.advance([handle], 3),
        backend.decode([handle]),
        backend.advance([handle], 100),
      ]);
      await backend.close(handle);
      expect([...first[0]!.symbolIndices, ...second[0]!.symbolIndices]).toEqual(whole.pointers);
      expect(difference(sound[0]!, whole.samples.slice(0, sound[0]!.length))).toBeLessThan(TO_ITSELF);
    });

    it("lets an adapter change the voice, and one of zeros change nothing", async () => {
      const plain = await speakWhole(backend, request, 100);
      const zeros = await speakWhole(backend, { ...request, adapter: adapterOf(manifest, 2, 0) }, 100);
      const learned = await speakWhole(backend, { ...request, adapter: adapterOf(manifest, 3, 0.2) }, 100);
      const again = await speakWhole(backend, request, 100);
      expect(difference(zeros.samples, plain.samples)).toBeLessThan(TO_ITSELF);
      expect(learned.samples).not.toEqual(plain.samples);
      expect(difference(again.samples, plain.samples)).toBeLessThan(TO_ITSELF);
    });

    it("encodes sound and embeds a speaker", async () => {
      const encoder = await goldenOf(read, "encoder");
      const latents = await backend.encode(encoder("input.samples"));
      expect(difference(latents.mean, encoder("output.mean"))).toBeLessThan(TO_GOLDEN);
      expect(difference(latents.logScale, encoder("output.log_scale"))).toBeLessThan(TO_GOLDEN);
      const speaker = await goldenOf(read, "speaker-encoder");
      const voice = await backend.embedSpeaker(speaker("input.samples"));
      expect(difference(voice.mean, speaker("output.mean"))).toBeLessThan(TO_GOLDEN);
      expect(difference(voice.logScale, speaker("output.log_scale"))).toBeLessThan(TO_GOLDEN);
    });

    describeAdapterGradient(read, () => ({ backend, request, manifest }));

    it.each<[string, Partial<SentenceRequest>]>([
      ["an unknown symbol", { symbols: Int32Array.of(1, 9999) }],
      ["padding", { symbols: Int32Array.of(1, 0) }],
      ["one symbol", { symbols: Int32Array.of(1) }],
      ["a speaker of another size", { conditioning: new Float32Array(3) }],
      ["a negative temperature", { temperature: -1 }],
      ["a negative breath", { breath: -0.1 }],
      ["more breath than there is voice", { breath: 1.1 }],
      ["a breath that is no number", { breath: NaN }],
    ])("refuses %s", async (_, change) => {
      await expect(backend.openSentence({ ...request, ...change })).rejects.toThrow(RangeError);
    });

    it("refuses an adapter of another model", async () => {
      const adapter = { ...adapterOf(manifest, 2, 0.1), headB: new Float32Array(7) };
      const opening = backend.openSentence({ ...request, adapter });
      await expect(opening).rejects.toThrow(AdapterError);
      await expect(opening).rejects.toThrow(/headB has 7 numbers; .* \[16, 2\]/);
    });

    it("refuses a closed sentence, but closes it again without complaint", async () => {
      const handle = await backend.openSentence(request);
      await backend.close(handle);
      await backend.close(handle);
      await expect(backend.advance([handle], 1)).rejects.toThrow(RangeError);
      await expect(backend.decode([handle])).rejects.toThrow(RangeError);
    });

    it("refuses sound that is too short or not whole latents", async () => {
      await expect(backend.encode(new Float32Array(1000))).rejects.toThrow(AudioInputError);
      await expect(backend.encode(new Float32Array(0))).rejects.toThrow(AudioInputError);
      await expect(backend.embedSpeaker(new Float32Array(15999))).rejects.toThrow(AudioInputError);
    });

    it("refuses everything after it was disposed, and lets calls before that finish", async () => {
      const short = await create(await loadWeights(read, []));
      const opening = short.openSentence(request);
      await Promise.all([short.dispose(), short.dispose()]);
      expect(await opening).toBeTypeOf("number");
      await expect(short.openSentence(request)).rejects.toThrow(BackendError);
      await expect(short.advance([1], 1)).rejects.toThrow(BackendError);
      await expect(short.encode(new Float32Array(1280))).rejects.toThrow(BackendError);
      const golden = await goldenOf(read, "lm-train");
      const training = short.adapterGradient(goldenLine(golden, manifest), goldenAdapter(golden));
      await expect(training).rejects.toThrow(BackendError);
      await short.close(1);
    });

    it("refuses a model without pointer", async () => {
      const official = { ...manifest, languageModel: { ...manifest.languageModel, pointer: null } };
      await expect(create({ manifest: official, read })).rejects.toThrow(WeightsError);
    });
  });
}
