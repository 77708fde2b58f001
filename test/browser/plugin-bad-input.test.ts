import { AudioEngineV2 } from "@babylonjs/core/AudioV2/abstractAudio/audioEngineV2.js";
import { afterEach, expect, it, vi } from "vitest";
import { BackendError, WeightsError } from "../../runtime/errors.ts";
import { createWeightsCache } from "../../plugin/storage/weights-cache.ts";
import { createNullGame, hearToTheEnd, type GameOptions } from "./game.ts";

afterEach(() => vi.restoreAllMocks());

const TEXT = "Hello, traveler!";

/** Where a server sends something else than the weights. */
function cacheOver(answer: (url: string) => Promise<Response> | undefined) {
  const server = (url: string | URL | Request) => answer(String(url)) ?? fetch(url);
  return createWeightsCache({ storage: undefined, fetch: server });
}

async function refusal(options: GameOptions): Promise<unknown> {
  const game = createNullGame({ backend: "worker", ...options });
  return game.then(
    (made) => made.dispose(),
    (error: unknown) => error,
  );
}

it.each<[string, (url: string) => Promise<Response> | undefined, RegExp]>([
  ["are not there", async () => new Response("", { status: 404 }), /the server answered 404/],
  ["are out of reach", () => Promise.reject(new TypeError("Failed to fetch")), /Failed to fetch/],
  [
    "are truncated",
    (url) =>
      url.endsWith("decoder.safetensors")
        ? fetch(url).then(async (response) => new Response((await response.arrayBuffer()).slice(0, 1000)))
        : undefined,
    /has 1000 bytes, the manifest says/,
  ],
])("refuses weights that %s, and leaves nothing behind", async (_, answer, message) => {
  const engines = AudioEngineV2.Instances.length;
  const error = await refusal({ weightsCache: cacheOver(answer) });
  expect(error).toBeInstanceOf(WeightsError);
  expect((error as Error).message).toMatch(message);
  expect(AudioEngineV2.Instances.length).toBe(engines);
});

it("refuses the webgpu backend without a WebGPU engine, and a Worker that is not there", async () => {
  expect(await refusal({ backend: "webgpu" })).toBeInstanceOf(BackendError);
  const error = await refusal({ createWorker: () => new Worker("/no-such-worker.js", { type: "module" }) });
  expect(error).toBeInstanceOf(BackendError);
});

it("stops loading when its signal says so", async () => {
  expect(await refusal({ signal: AbortSignal.abort(new Error("enough")) })).toMatchObject({
    message: "enough",
  });
});

it("speaks when storage is refused", async () => {
  const refuse = () => Promise.reject(new DOMException("no", "SecurityError"));
  vi.spyOn(navigator.storage, "getDirectory").mockImplementation(refuse);
  vi.spyOn(caches, "open").mockImplementation(refuse);
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const problems: unknown[] = [];
  const context = new AudioContext();
  const game = await createNullGame({
    context,
    weightsCache: createWeightsCache(),
    lineStoreBytes: 2 ** 20,
    onError: (error) => problems.push(error),
  });
  await hearToTheEnd(game.plugin.speak(game.addSpeaker([0, 0, 1]), TEXT));
  expect(warn).toHaveBeenCalledTimes(1); // the weights cache, once
  expect(problems.length).toBe(1); // the line store, once
  game.dispose();
});

it("starts the Worker again when it breaks down in the middle of a line, and speaks the rest", async () => {
  const workers: Worker[] = [];
  const context = new AudioContext();
  const game = await createNullGame({
    context,
    backend: "worker",
    createWorker() {
      workers.push(new Worker(new URL("../../runtime/onnx/worker.ts", import.meta.url), { type: "module" }));
      return workers.at(-1)!;
    },
  });
  const line = game.plugin.speak(game.addSpeaker([0, 0, 1]), `${TEXT} ${TEXT} ${TEXT} ${TEXT}`, {
    detail: "full",
  });
  await line.started;
  workers[0]!.dispatchEvent(new ErrorEvent("error", { message: "out of memory" }));
  await hearToTheEnd(line);
  expect(workers.length).toBe(2);
  game.dispose();
});

it("hears a line with an unknown effect without it, and says so", async () => {
  const problems: unknown[] = [];
  const context = new AudioContext();
  const game = await createNullGame({ context, onError: (error) => problems.push(error) });
  await hearToTheEnd(game.plugin.speak(game.addSpeaker([0, 0, 1]), TEXT, { effect: "moon" }));
  expect(problems.map(String)).toEqual([expect.stringContaining('There is no voice effect "moon"')]);
  game.dispose();
});

it("goes on when a mouth or a speaker goes away in the middle of a line", async () => {
  const context = new AudioContext();
  const game = await createNullGame({ context });
  const line = game.plugin.speak(game.addSpeaker([0, 0, 1]), TEXT, { detail: "full" });
  await line.started;
  game.scene.transformNodes.find(({ name }) => name.startsWith("speaker"))!.dispose();
  await hearToTheEnd(line);
  game.dispose();
});
