import { describe, expect, it } from "vitest";
import { BackendError, VoiceTextError, WeightsError } from "../../runtime/errors.ts";
import { conditioningOf } from "../../runtime/styles.ts";
import { speak, type SpeechChunk } from "../../runtime/speech/speak.ts";
import type { SpeechEvent } from "../../runtime/speech/speech-events.ts";
import type { SpeechOptions } from "../../runtime/speech/speech-options.ts";
import { symbolTimes } from "../../runtime/speech/symbol-times.ts";
import { phonemize } from "../../runtime/text/phonemize.ts";
import { tinyManifest } from "../onnx/tiny-weights.ts";
import { createFakeBackend, plannedFrames, plannedSamples } from "./fake-backend.ts";

const manifest = await tinyManifest();
const FRAME = manifest.samplesPerLatent;
const TEXT = "Hello there, traveler! [pause 250ms] Mind the old bridge.";

async function collect(text: string, options?: SpeechOptions) {
  const backend = createFakeBackend(manifest);
  const chunks: SpeechChunk[] = [];
  for await (const chunk of speak(backend, manifest, text, options)) chunks.push(chunk);
  return { backend, chunks, events: chunks.flatMap(({ events }) => events), samples: joined(chunks) };
}

function joined(chunks: readonly SpeechChunk[]): number[] {
  return chunks.flatMap(({ samples }) => [...samples]);
}

function ofKind<K extends SpeechEvent["kind"]>(events: readonly SpeechEvent[], kind: K) {
  return events.filter((event): event is Extract<SpeechEvent, { kind: K }> => event.kind === kind);
}

describe("speak", () => {
  it("gives all samples once, in chunks that follow each other", async () => {
    const { backend, chunks, samples } = await collect(TEXT);
    let next = 0;
    for (const { startSample, samples: piece } of chunks) {
      expect(startSample).toBe(next);
      next += piece.length;
    }
    const sentences = backend.requests.map((request) => plannedSamples(request, FRAME));
    const pause = Array<number>(250 * 16).fill(0);
    expect(samples).toEqual([...(sentences[0] ?? []), ...pause, ...(sentences[1] ?? [])].map(Math.fround));
  });

  it("makes the first chunk small and the later ones larger", async () => {
    const { chunks } = await collect(
      "A long sentence with quite a few words that nobody ever wanted to hear today.",
    );
    const frames = chunks.map(({ samples }) => samples.length / FRAME);
    expect(frames.slice(0, 5)).toEqual([1, 4, 8, 12, 12]);
    expect(Math.max(...frames)).toBeLessThanOrEqual(13);
  });

  it("sends every event once, in order of time, with the chunk it happens in", async () => {
    const { chunks, events } = await collect(TEXT);
    const times = events.map(({ sample }) => sample);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    for (const { startSample, samples, events: some } of chunks) {
      for (const { sample, timeSeconds } of some) {
        expect(timeSeconds).toBe(sample / manifest.sampleRateHz);
        expect(sample).toBeGreaterThanOrEqual(startSample);
        expect(sample).toBeLessThanOrEqual(startSample + samples.length);
      }
    }
    expect(events.at(-1)).toMatchObject({ kind: "end", sample: joined(chunks).length });
    expect(ofKind(events, "end").length).toBe(1);
  });

  it("times symbols, words and visemes from the frames, to the sample", async () => {
    const { backend, events } = await collect(TEXT);
    const segments = phonemize(TEXT).filter((segment) => segment.kind === "sentence");
    const planned = backend.requests.map(plannedFrames);
    const starts = [0, (planned[0]?.length ?? 0) * FRAME + 250 * 16];
    const expected = segments.flatMap(({ symbols, words }, index) => {
      const spans = symbolTimes(planned[index] ?? []);
      const at = (symbol: number) =>
        (starts[index] ?? NaN) + Math.round((spans[symbol]?.start ?? NaN) * FRAME);
      return {
        symbols: symbols.map((_, symbol) => at(symbol)),
        words: words.map((word) => [at(word.firstSymbol), at(word.endSymbol)]),
      };
    });
    const samplesOf = (list: readonly SpeechEvent[]) => list.map(({ sample }) => sample);
    expect(samplesOf(ofKind(events, "sentence"))).toEqual(starts);
    expect(ofKind(events, "phoneme").map(({ phoneme }) => phoneme)).toEqual(
      segments.flatMap(({ symbols }) => symbols),
    );
    expect(samplesOf(ofKind(events, "phoneme"))).toEqual(expected.flatMap(({ symbols }) => symbols));
    expect(samplesOf(ofKind(events, "word"))).toEqual(
      expected.flatMap(({ words }) => words.map(([start]) => start)),
    );
    expect(samplesOf(ofKind(events, "wordEnd"))).toEqual(
      expected.flatMap(({ words }) => words.map(([, end]) => end)),
    );
  });

  it("names the words as written, with their place in the text", async () => {
    const { events } = await collect(TEXT);
    const words = ofKind(events, "word");
    expect(words.map(({ text }) => text)).toEqual([
      "Hello",
      "there",
      "traveler",
      "Mind",
      "the",
      "old",
      "bridge",
    ]);
    for (const { text, charStart, charEnd } of words) expect(TEXT.slice(charStart, charEnd)).toBe(text);
  });

  it("changes the mouth at every viseme event and closes it at the end", async () => {
    const { events } = await collect(TEXT);
    const shapes = ofKind(events, "viseme").map(({ viseme }) => viseme);
    expect(shapes.at(-1)).toBe("sil");
    expect(shapes.filter((shape) => shape !== "sil").length).toBeGreaterThan(10);
  });

  it("says the same the same way, until another take or seed is asked for", async () => {
    const first = await collect(TEXT);
    const again = await collect(TEXT);
    expect(again.samples).toEqual(first.samples);
    expect(again.events).toEqual(first.events);
    const take = await collect(TEXT, { take: 1 });
    expect(take.samples).not.toEqual(first.samples);
    expect(take.backend.requests[0]?.conditioning).toEqual(first.backend.requests[0]?.conditioning);
    const other = await collect(TEXT, { voice: { seed: "0xfeedbeefcafe" } });
    expect(other.backend.requests[0]?.noise).toMatchObject({ seedLo: 0xbeefcafe, seedHi: 0xfeed });
    expect(other.backend.requests[0]?.conditioning).not.toEqual(first.backend.requests[0]?.conditioning);
  });

  it("speaks in the style of tags, else of the option, else of the spelling", async () => {
    const stylesOf = async (text: string, options?: SpeechOptions) => {
      const { backend, events } = await collect(text, options);
      const told = backend.requests.map(({ conditioning }) => [
        ...conditioning.subarray(manifest.speaker.dim),
      ]);
      return { told, named: ofKind(events, "sentence").map(({ style }) => style) };
    };
    const loud = Math.fround(0.8);
    expect(await stylesOf("It is late. GO HOME!")).toEqual({
      told: [
        [0, 0],
        [0, loud],
      ],
      named: [undefined, "shout"],
    });
    expect((await stylesOf("It is late. GO HOME!", { style: "whisper", intensity: 0.25 })).told).toEqual([
      [0.25, 0],
      [0.25, 0],
    ]);
    expect((await stylesOf("GO HOME!", { style: "neutral" })).told).toEqual([[0, 0]]);
    expect((await stylesOf("<shout>Go.</shout> Home.", { style: "whisper" })).named).toEqual([
      "shout",
      "whisper",
    ]);
  });

  it("is neutral where the text asks for a style that the model does not have", async () => {
    const { backend, events } = await collect("<weary>So tired.</weary> Hooray!");
    for (const { conditioning } of backend.requests)
      expect(Array.from(conditioning.slice(-2))).toEqual([0, 0]);
    expect(ofKind(events, "sentence").every((event) => !("style" in event))).toBe(true);
  });

  it("plays a whisper softer and a shout louder than the model makes them", async () => {
    const peakOf = async (options: SpeechOptions) => {
      const { samples, backend } = await collect("It is late.", options);
      return Math.max(...samples) / Math.max(...plannedSamples(backend.requests[0]!, FRAME));
    };
    expect(await peakOf({})).toBeCloseTo(1);
    expect(20 * Math.log10(await peakOf({ style: "whisper", intensity: 1 }))).toBeCloseTo(-5);
    expect(await peakOf({ style: "shout" })).toBeGreaterThan(1.2);
  });

  it.each<[string, SpeechOptions, RegExp]>([
    [
      "a style the model lacks",
      { style: "calm" },
      /"tiny" have not learned the style "calm"; allowed: neutral, whisper, shout/,
    ],
    [
      "an unknown style",
      { style: "singing" as "calm" },
      /no style "singing"; allowed: neutral, whisper, shout/,
    ],
    ["an intensity of 0", { style: "shout", intensity: 0 }, /intensity is 0; allowed: a number above 0 to 1/],
    ["an intensity above 1", { style: "shout", intensity: 1.5 }, /intensity is 1.5; allowed/],
    ["an intensity that is no number", { style: "shout", intensity: NaN }, /intensity is NaN; allowed/],
    ["an intensity without style", { intensity: 0.5 }, /intensity is 0.5 without a style; allowed/],
    ["an intensity of neutral", { style: "neutral", intensity: 0.5 }, /intensity is 0.5 without a style/],
  ])("refuses %s before anything is made", async (_, options, message) => {
    const speaking = collect("Hello.", options);
    await expect(speaking).rejects.toThrow(RangeError);
    await expect(speaking).rejects.toThrow(message);
  });

  it("hands voice, temperature and adapter to the backend", async () => {
    const latent = Float32Array.from({ length: manifest.speaker.dim }, (_, dim) => dim / 10);
    const none = new Float32Array(0);
    const adapter = { rank: 1, attentionA: none, attentionB: none, headA: none, headB: none };
    const { backend } = await collect("Hi!", { voice: { latent, seed: 5 }, temperature: 0, adapter });
    expect(backend.requests[0]).toMatchObject({
      conditioning: conditioningOf(latent, manifest),
      temperature: 0,
      adapter,
      noise: { seedLo: 5, seedHi: 0 },
    });
    expect((await collect("Hi!")).backend.requests[0]).toMatchObject({
      temperature: manifest.sampling.temperature,
    });
  });

  it("speaks a single word", async () => {
    const { chunks, events } = await collect("Go!");
    expect(ofKind(events, "word").map(({ text }) => text)).toEqual(["Go"]);
    expect(joined(chunks).length).toBeGreaterThan(0);
  });

  it("gives a long pause as zeros in chunks", async () => {
    const { chunks } = await collect("Wait. [pause 3s] Now go.");
    const silent = chunks.filter(
      ({ samples }) => samples.length > 0 && samples.every((sample) => sample === 0),
    );
    expect(joined(silent).length).toBe(48000);
    expect(Math.max(...silent.map(({ samples }) => samples.length))).toBeLessThanOrEqual(12 * FRAME);
  });

  it("streams 300 words sentence by sentence, with one open at a time", async () => {
    const backend = createFakeBackend(manifest);
    const text = "The river runs past the mill and over the stones ".repeat(30);
    let words = 0;
    for await (const { events } of speak(backend, manifest, text)) {
      if (words === 0) expect(backend.requests.length).toBe(1);
      expect(backend.open.size).toBeLessThanOrEqual(1);
      words += ofKind(events, "word").length;
    }
    expect(words).toBe(300);
    expect(backend.requests.length).toBeGreaterThan(10);
    expect(backend.open.size).toBe(0);
  });
});

describe("speak, cut short", () => {
  it("closes the sentence when the consumer leaves", async () => {
    const backend = createFakeBackend(manifest);
    for await (const { samples } of speak(backend, manifest, TEXT)) {
      expect(samples.length).toBeGreaterThan(0);
      expect(backend.open.size).toBe(1);
      break;
    }
    expect(backend.open.size).toBe(0);
  });

  it("throws the signal's reason and closes the sentence when it is aborted", async () => {
    const backend = createFakeBackend(manifest);
    const controller = new AbortController();
    const line = speak(backend, manifest, TEXT, { signal: controller.signal });
    await line.next();
    controller.abort(new Error("walked away"));
    await expect(line.next()).rejects.toThrow("walked away");
    expect(backend.open.size).toBe(0);
    expect((await line.next()).done).toBe(true);
  });

  it("does no work when it was aborted before", async () => {
    const backend = createFakeBackend(manifest);
    const line = speak(backend, manifest, TEXT, { signal: AbortSignal.abort(new Error("never mind")) });
    await expect(line.next()).rejects.toThrow("never mind");
    expect(backend.requests).toEqual([]);
  });

  it("closes the sentence when the backend fails", async () => {
    const backend = createFakeBackend(manifest);
    backend.decode = () => Promise.reject(new BackendError("device lost"));
    await expect(speak(backend, manifest, TEXT).next()).rejects.toThrow("device lost");
    expect(backend.open.size).toBe(0);
  });

  it("stops a backend that never ends a sentence", async () => {
    const backend = createFakeBackend(manifest);
    backend.advance = async () => [{ symbolIndices: new Int32Array(500) }];
    await expect(speak(backend, manifest, TEXT).next()).rejects.toThrow(/does not end/);
    backend.advance = async () => [{ symbolIndices: new Int32Array(0) }];
    await expect(speak(backend, manifest, TEXT).next()).rejects.toThrow(BackendError);
    expect(backend.open.size).toBe(0);
  });
});

describe("speak, asked for what it cannot do", () => {
  const latent = new Float32Array(manifest.speaker.dim);

  it.each<[string, unknown]>([
    ["temperature", { temperature: -0.1 }],
    ["temperature", { temperature: NaN }],
    ["take", { take: 1.5 }],
    ["take", { take: 2 ** 32 }],
    ["Seed", { voice: { seed: "bob" } }],
    ["voice.latent", { voice: { latent: latent.subarray(1) } }],
    ["voice.latent", { voice: { latent: latent.map(() => NaN) } }],
    ["speed", { speed: 2 }],
  ])("refuses a bad %s: %j", async (name, options) => {
    const line = speak(createFakeBackend(manifest), manifest, TEXT, options as SpeechOptions);
    await expect(line.next()).rejects.toThrow(RangeError);
    const again = speak(createFakeBackend(manifest), manifest, TEXT, options as SpeechOptions);
    await expect(again.next()).rejects.toThrow(name);
  });

  it.each(["", "   ", "..."])("refuses the text %j", async (text) => {
    await expect(speak(createFakeBackend(manifest), manifest, text).next()).rejects.toThrow(VoiceTextError);
  });

  it("refuses weights that lack a symbol the text needs", async () => {
    const poor = { ...manifest, symbols: manifest.symbols.filter((symbol) => symbol !== "|HH") };
    const line = speak(createFakeBackend(poor), poor, "Hello.");
    await expect(line.next()).rejects.toThrow(WeightsError);
    await expect(speak(createFakeBackend(poor), poor, "Hello.").next()).rejects.toThrow('no symbol "|HH"');
  });
});
