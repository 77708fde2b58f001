import { build } from "vite";
import { expect, it, vi } from "vitest";
import { PCM_PLAYER_NAME } from "../../../plugin/audio/pcm-player-source.ts";
import { playerRows } from "../../../plugin/audio/phase-rows.ts";

const ENTRY = "plugin/audio/pcm-player-source.ts";

/** The worklet's text as a game's bundler leaves it. */
async function minifiedSource(): Promise<string> {
  const [output] = [
    await build({
      configFile: false,
      logLevel: "silent",
      build: { write: false, minify: true, lib: { entry: ENTRY, formats: ["es"] } },
    }),
  ].flat();
  if (output === undefined || !("output" in output)) throw new Error("nothing was built");
  const { PCM_PLAYER_SOURCE } = (await import(
    /* @vite-ignore */ `data:text/javascript,${encodeURIComponent(output.output[0].code)}`
  )) as { PCM_PLAYER_SOURCE: string };
  return PCM_PLAYER_SOURCE;
}

/** Runs the text as a worklet's global scope would. */
function loadProcessor(source: string) {
  const port = { addEventListener: vi.fn(), start: vi.fn(), postMessage: vi.fn() };
  class AudioWorkletProcessor {
    readonly port = port;
  }
  const registered = new Map<string, new (options: object) => { process: (...args: unknown[]) => boolean }>();
  const globals = {
    AudioWorkletProcessor,
    registerProcessor: (name: string, processor: never) => registered.set(name, processor),
    currentFrame: 0,
    sampleRate: 48_000,
  };
  new Function(...Object.keys(globals), source)(...Object.values(globals));
  return { Processor: registered.get(PCM_PLAYER_NAME)!, port };
}

it("still plays after a bundler has minified it", async () => {
  const { Processor, port } = loadProcessor(await minifiedSource());
  const settings = { fadeFrames: 240, restartFrames: 960, reportFrames: 1024 };
  const processor = new Processor({ processorOptions: { ...playerRows(16_000, 48_000), ...settings } });
  const receive = port.addEventListener.mock.calls[0]![1] as (event: { data: object }) => void;
  receive({ data: { kind: "open", line: 1, gain: 1 } });
  receive({ data: { kind: "write", samples: new Float32Array(1600).fill(0.5) } });
  receive({ data: { kind: "end" } });
  const heard = Array.from({ length: 60 }, () => {
    const channel = new Float32Array(128);
    expect(processor.process([], [[channel]])).toBe(true);
    return channel.filter((sample) => sample !== 0).length;
  });
  expect(heard.reduce((sum, count) => sum + count, 0)).toBe(4800);
  const [report] = port.postMessage.mock.calls.at(-1) as [object];
  expect(report).toMatchObject({ line: 1, state: "done", played: 1600, underruns: 0 });
  receive({ data: { kind: "close" } });
  expect(processor.process([], [[new Float32Array(128)]])).toBe(false);
});
