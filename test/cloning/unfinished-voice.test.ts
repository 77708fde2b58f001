import { beforeEach, describe, expect, it } from "vitest";
import type { LearnState } from "../../runtime/adapt/learn-state.ts";
import { openUnfinishedVoices, type UnfinishedVoices } from "../../plugin/cloning/unfinished-voice.ts";
import { StorageError } from "../../plugin/storage/storage-error.ts";
import { manifest } from "../plugin/stage.ts";
import { learnedVoice } from "./learned-voice.ts";
import { createMemoryFileStore, type MemoryFileStore } from "./memory-file-store.ts";
import { settle } from "./rig.ts";

const { name, model, consent, latent } = learnedVoice("Ada");

/** A state between two steps, of a model of few numbers. */
function stateAt(step: number): LearnState {
  const values = new Float32Array(8).fill(step);
  const numbers = { values, average: values, first: values, second: values, best: values };
  return {
    ...numbers,
    name,
    model,
    consent,
    latent,
    step,
    steps: 100,
    seconds: 5,
    alignmentCost: 0.2,
    training: [],
    rehearsal: [],
    heldOut: undefined,
    heldOutFrom: 0,
    rank: 2,
    klBefore: 2,
    rehearsedBefore: 1,
    bestStep: step,
    bestKl: 1,
  };
}

let store: MemoryFileStore;
let errors: unknown[];
let unfinished: UnfinishedVoices;

beforeEach(async () => {
  store = createMemoryFileStore();
  errors = [];
  unfinished = await openUnfinishedVoices(manifest, (error) => errors.push(error), store);
});

describe("an unfinished voice", () => {
  it("is found as it was kept last, after the page was closed too", async () => {
    expect(await unfinished.find()).toBeUndefined();
    unfinished.keep(stateAt(10));
    await unfinished.find();
    unfinished.keep(stateAt(20));
    expect(await unfinished.find()).toEqual(stateAt(20));
    const again = await openUnfinishedVoices(manifest, () => undefined, store);
    expect(await again.find()).toEqual(stateAt(20));
  });

  it("is written once at a time, and states that come meanwhile are left out but for the last", async () => {
    let go = () => undefined as void;
    store.ready = new Promise((resolve) => {
      go = resolve;
    });
    for (const step of [10, 20, 30, 40]) unfinished.keep(stateAt(step));
    go();
    expect((await unfinished.find())?.step).toBe(40);
    expect(store.written).toHaveLength(2);
  });

  it("is gone when it was discarded, whatever was being written", async () => {
    for (const step of [10, 20]) unfinished.keep(stateAt(step));
    await unfinished.discard();
    await settle();
    expect(store.files.size).toBe(0);
    expect(await unfinished.find()).toBeUndefined();
  });

  it("that is damaged or of another model is dropped", async () => {
    unfinished.keep({ ...stateAt(10), model: "0".repeat(64) });
    expect(await unfinished.find()).toBeUndefined();
    unfinished.keep(stateAt(10));
    await unfinished.find();
    const [[file, bytes] = []] = [...store.files];
    store.files.set(file!, bytes!.subarray(0, bytes!.length - 3));
    expect(await unfinished.find()).toBeUndefined();
    expect(store.files.size).toBe(0);
  });

  it("does not disturb learning when storage is full", async () => {
    store.fault = new StorageError("full");
    unfinished.keep(stateAt(10));
    expect(await unfinished.find()).toBeUndefined();
    store.fault = undefined;
    unfinished.keep(stateAt(20));
    expect((await unfinished.find())?.step).toBe(20);
    expect(errors).toMatchObject([{ name: "StorageError" }]);
  });
});
