import { userEvent } from "vitest/browser";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createAudioOutput } from "../../plugin/audio/audio-output.ts";
import type { VoicePreview } from "../../plugin/preview/voice-preview.ts";
import { findWavChunks } from "../../runtime/audio/wav-chunks.ts";
import { parseWav } from "../../runtime/audio/parse-wav.ts";
import { createSynthesizer, type Synthesizer } from "../../runtime/index.ts";
import { readVoiceRecord } from "../../runtime/voice/read-voice-record.ts";
import { mountLab } from "../../voice-lab/mount-lab.ts";
import style from "../../voice-lab/style.css?inline";
import { PATIENCE_MS } from "./patience.ts";

const TINY = "/test/fixtures/tiny/";

/** Tells of every louder sample than any before. On the audio thread, since this one may be busy while a whole line is played. */
const LOUDEST = `
  registerProcessor("loudest", class extends AudioWorkletProcessor {
    loudest = 0;
    process([channels]) {
      const loudest = Math.max(0, ...channels.flatMap((samples) => Array.from(samples, Math.abs)));
      if (loudest > this.loudest) this.port.postMessage((this.loudest = loudest));
      return true;
    }
  });`;

let synthesizer: Synthesizer;
let root: HTMLElement;
let lab: VoicePreview;
let copied: string[];
let saved: { bytes: Uint8Array; fileName: string }[];
/** The loudest sample that reached the speakers of the page. */
let loudest: number;
let undo: (() => unknown)[];

async function read(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(TINY + name);
  return new Uint8Array(await response.arrayBuffer());
}

beforeAll(async () => {
  const worker = new Worker(new URL("../../runtime/onnx/worker.ts", import.meta.url), { type: "module" });
  synthesizer = await createSynthesizer({ read, backend: "onnx", worker });
  return async () => {
    await synthesizer.dispose();
    worker.terminate();
  };
});

beforeEach(async () => {
  const sheet = document.createElement("style");
  sheet.textContent = style;
  root = document.createElement("main");
  root.id = "lab";
  document.body.append(sheet, root);
  const context = new AudioContext();
  await context.resume();
  const processor = URL.createObjectURL(new Blob([LOUDEST], { type: "text/javascript" }));
  await context.audioWorklet.addModule(processor);
  const meter = new AudioWorkletNode(context, "loudest");
  loudest = 0;
  meter.port.addEventListener("message", ({ data }: MessageEvent<number>) => (loudest = data));
  meter.port.start();
  meter.connect(context.destination);
  const output = await createAudioOutput({
    context,
    sampleRateHz: synthesizer.manifest.sampleRateHz,
    speakers: 2,
    createOutlet: async (player) => {
      player.connect(meter);
      player.connect(context.destination);
      return { enter: () => undefined, leave: () => undefined, dispose: () => player.disconnect() };
    },
  });
  copied = [];
  saved = [];
  lab = mountLab(root, {
    synthesizer,
    output,
    text: "Hello there, traveler.",
    copy: async (text) => void copied.push(text),
    save: (bytes, fileName) => void saved.push({ bytes, fileName }),
  });
  undo = [
    () => lab.dispose(),
    () => output.dispose(),
    () => root.remove(),
    () => sheet.remove(),
    () => context.close(),
  ];
});

afterEach(async () => {
  for (const step of undo) await step();
});

function find<T extends HTMLElement>(selector: string): T {
  const found = root.querySelector<T>(selector);
  if (found === null) throw new Error(`the page has no ${selector}`);
  return found;
}

function button(label: string): HTMLButtonElement {
  const found = [...root.querySelectorAll("button")].find(({ textContent }) => textContent === label);
  if (found === undefined) throw new Error(`the page has no button ${label}`);
  return found;
}

/** The line of the selected side once it is computed. */
async function spoken() {
  await expect.poll(() => lab.state.lines[lab.state.side]?.state, { timeout: PATIENCE_MS }).toBe("computed");
  return lab.state.lines[lab.state.side]!;
}

/** Pixels of a canvas that something was drawn on. */
function drawnPixels(selector: string): number {
  const canvas = find<HTMLCanvasElement>(selector);
  const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
  return data.reduce((count, value, i) => count + (i % 4 === 3 && value > 0 ? 1 : 0), 0);
}

describe("the Voice Lab", () => {
  it("takes the seed under a click on the map, and is heard", async () => {
    const before = lab.seedText;
    const map = find<HTMLCanvasElement>(".map");
    expect(drawnPixels(".map")).toBeGreaterThan(5000);
    await userEvent.click(map, { position: { x: map.clientWidth * 0.7, y: map.clientHeight * 0.7 } });
    expect(lab.seedText).not.toBe(before);
    expect(find<HTMLInputElement>(".seed").value).toBe(lab.seedText);
    expect(lab.state.voices.a.description.pitchHz).toBeGreaterThan(
      lab.state.voices.b.description.pitchHz * 0.5,
    );
    await expect.poll(() => loudest, { timeout: PATIENCE_MS }).toBeGreaterThan(1e-3);
    const { samples, words } = await spoken();
    expect(samples.some((sample) => Math.abs(sample) > 1e-3)).toBe(true);
    expect(words.map(({ text }) => text)).toEqual(["Hello", "there", "traveler"]);
    await expect.poll(() => lab.playedSeconds, { timeout: PATIENCE_MS }).toBeGreaterThan(0.1);
    await expect.poll(() => drawnPixels(".line"), { timeout: PATIENCE_MS }).toBeGreaterThan(20_000);
    expect(find(".cost").textContent).toMatch(/first sound\d+ ms.*real time.*of a 60 Hz frame\d+\.\d+ ms/);
  });

  it("goes to the next seed that way by arrow keys", async () => {
    const map = find<HTMLCanvasElement>(".map");
    await userEvent.click(map, { position: { x: map.clientWidth * 0.3, y: map.clientHeight * 0.5 } });
    const pitches = [lab.state.voices.a.description.pitchHz];
    for (let i = 0; i < 3; i++) {
      await userEvent.keyboard("{ArrowRight}");
      pitches.push(lab.state.voices.a.description.pitchHz);
    }
    expect(pitches).toEqual(pitches.toSorted((a, b) => a - b));
    expect(new Set(pitches).size).toBe(4);
  });

  it("changes the voice with a slider, holds the trait over seeds, and lets it go", async () => {
    const slider = find<HTMLInputElement>('[data-trait="pitch"]');
    const own = await lab.speak();
    await userEvent.click(slider, { position: { x: slider.clientWidth * 0.2, y: slider.clientHeight / 2 } });
    const { pitchHz } = lab.state.voices.a.description;
    expect(button("held").getAttribute("aria-pressed")).toBe("true");
    await expect.poll(() => lab.state.lines.a?.voice.wish, { timeout: PATIENCE_MS }).toBeDefined();
    expect((await spoken()).samples).not.toEqual(own.samples);
    await userEvent.click(button("Next seed"));
    expect(lab.state.voices.a.description.pitchHz).toBeCloseTo(pitchHz, 2);
    await userEvent.click(button("held"));
    expect(lab.state.voices.a.wish).toEqual({});
    expect(Number(slider.value)).toBeCloseTo(Math.log(lab.state.voices.a.description.pitchHz), 1);
  });

  it("finds a plain seed for a held trait", async () => {
    lab.setTrait("pitch", "deep");
    await userEvent.click(button("Find a seed"));
    expect(lab.state.voices.a.wish).toEqual({});
    expect(lab.state.voices.a.description.words.pitch).toBe("deep");
  });

  it("compares two sides and locks one", async () => {
    await userEvent.click(find('.tab[data-side="b"]'));
    expect(lab.state.side).toBe("b");
    expect(root.dataset["side"]).toBe("b");
    await userEvent.click(button("Lock"));
    expect(button("Next seed").disabled).toBe(true);
    expect(find<HTMLInputElement>('[data-trait="size"]').disabled).toBe(true);
    await userEvent.click(find('.tab[data-side="a"]'));
    expect(button("Copy across").disabled).toBe(true);
    await userEvent.click(button("Next seed"));
    expect(find(".between").textContent).toMatch(/^\d+\.\d apart$/);
  });

  it("takes a typed seed, and says what is wrong with one that is none", async () => {
    const field = find<HTMLInputElement>(".seed");
    await userEvent.fill(field, "0xfeedface");
    await userEvent.tab();
    expect(lab.seedText).toBe("0x00000000feedface");
    await userEvent.fill(field, "me");
    await userEvent.tab();
    expect(lab.seedText).toBe("0x00000000feedface");
    expect(field.validationMessage).toMatch(/is not a voice/);
  });

  it("says what is typed at Enter, and why it cannot say nothing", async () => {
    const text = find<HTMLTextAreaElement>("textarea");
    await userEvent.fill(text, "Good night.");
    await userEvent.keyboard("{Enter}");
    expect((await spoken()).words.map((word) => word.text)).toEqual(["Good", "night"]);
    await userEvent.fill(text, " ");
    await userEvent.click(button("Speak"));
    await expect.poll(() => find(".status").textContent).toMatch(/nothing|empty/i);
  });

  it("copies seed and component JSON, and exports a WAV that says it is synthetic", async () => {
    await userEvent.click(button("Export WAV"));
    expect(find(".status").textContent).toMatch(/Speak one first/);
    const line = await lab.speak();
    await userEvent.click(button("Copy seed"));
    await userEvent.click(button("Copy component JSON"));
    expect(copied[0]).toBe(lab.seedText);
    expect(readVoiceRecord(copied[1])).toEqual(lab.state.voices.a.record);
    await userEvent.click(button("Export WAV"));
    const [wav] = saved;
    expect(wav?.fileName).toBe(`voice-${lab.seedText}.wav`);
    const bytes = wav?.bytes ?? new Uint8Array();
    expect(parseWav(bytes).channels[0]).toHaveLength(line.samples.length);
    expect(findWavChunks(bytes, "").data.view.byteLength).toBe(2 * line.samples.length);
    expect(new TextDecoder("latin1").decode(bytes)).toContain("synthetic speech");
  });

  it("takes pasted component JSON, and says what is wrong with JSON that is damaged", async () => {
    lab.setTrait("pitch", "high");
    const json = lab.componentJson();
    const wanted = lab.state.voices.a;
    await userEvent.click(find('.tab[data-side="b"]'));
    const paste = vi.spyOn(window, "prompt").mockReturnValue(json);
    await userEvent.click(button("Paste JSON"));
    expect(lab.state.voices.b.latent).toEqual(wanted.latent);
    for (const [damaged, problem] of [
      ["{", /not JSON/],
      [json.replace('"seed":"0x', '"seed":"'), /"seed" of the stored voice/],
      [json.replace('"high"', '"shrill"'), /shrill/],
    ] as const) {
      paste.mockReturnValue(damaged);
      await userEvent.click(button("Paste JSON"));
      expect(find(".status").textContent).toMatch(problem);
      expect(lab.state.voices.b.latent).toEqual(wanted.latent);
    }
    paste.mockRestore();
  });

  it("tells what of a wish cannot be had", () => {
    lab.setTrait("pitch", 5000);
    expect(find(".note").textContent).toMatch(/Pitch is beyond the voices this model knows; nearest: \d+ Hz/);
  });
});
