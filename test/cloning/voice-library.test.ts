import { beforeEach, describe, expect, it } from "vitest";
import type { LearnedVoiceFile } from "../../runtime/adapt/learn-voice.ts";
import { writeVoiceFile } from "../../runtime/adapt/voice-file.ts";
import { AdapterError } from "../../runtime/errors.ts";
import { openVoiceLibrary, type VoiceLibrary } from "../../plugin/cloning/voice-library.ts";
import { createMemoryLineCache } from "../../plugin/memory-line-cache.ts";
import { StorageError } from "../../plugin/storage/storage-error.ts";
import { createStage, manifest, type Stage } from "../plugin/stage.ts";
import { createMemoryFileStore, type MemoryFileStore } from "./memory-file-store.ts";
import { learnedVoice } from "./learned-voice.ts";

let stage: Stage;
let store: MemoryFileStore;
let library: VoiceLibrary;

beforeEach(async () => {
  stage = createStage({ cache: createMemoryLineCache(2 ** 24) });
  store = createMemoryFileStore();
  library = await open(stage);
});

function open({ voices }: Stage): Promise<VoiceLibrary> {
  return openVoiceLibrary({ voices, manifest, store });
}

const names = () => library.list().map(({ name }) => name);

/** Latents are stored in full; adapters are rounded. */
function expectSame(voice: unknown, { latent }: LearnedVoiceFile): void {
  expect(voice).toMatchObject({ latent });
}

describe("a library of learned voices", () => {
  it("keeps voices from one visit to the next, and makes them known to the game", async () => {
    const [ada, ben] = [learnedVoice("Ada", 0.5), learnedVoice("Ben", -0.5)];
    expect(await library.add(ada)).toEqual({ name: "Ada", problem: undefined });
    await library.add(ben);
    expectSame(stage.voices.learned.get("Ada"), ada);
    const next = createStage();
    const again = await open(next);
    expect(again.list()).toEqual(
      ["Ada", "Ben"].map((name) => ({
        name,
        consent: learnedVoice(name).consent,
        stored: true,
        problem: undefined,
      })),
    );
    expectSame(next.voices.learned.get("Ben"), ben);
    const eid = next.npc({ seed: 1, adapter: "Ben" });
    const line = next.voices.speak(eid, "Hello.");
    await next.over(line);
    expect(line.state).toBe("finished");
  });

  it("exports bytes that another library imports, and numbers names that are taken", async () => {
    const ada = learnedVoice("Ada", 0.5);
    await library.add(ada);
    const bytes = await library.export("Ada");
    expect(bytes.length).toBeLessThan(2 ** 20);
    expect((await library.import(bytes)).name).toBe("Ada 2");
    expect((await library.import(bytes)).name).toBe("Ada 3");
    expect(names()).toEqual(["Ada", "Ada 2", "Ada 3"]);
    expectSame(stage.voices.learned.get("Ada 3"), ada);
    await expect(library.export("Eve")).rejects.toThrow(/no learned voice "Eve". There are: Ada, Ada 2/);
  });

  it.each<[string, (bytes: Uint8Array<ArrayBuffer>) => Uint8Array]>([
    ["damaged", (bytes) => bytes.with(bytes.length >> 1, bytes[bytes.length >> 1]! ^ 1)],
    ["cut off", (bytes) => bytes.subarray(0, bytes.length - 7)],
    ["foreign", () => new TextEncoder().encode("RIFF....WAVEfmt ")],
    ["empty", () => new Uint8Array(0)],
    ["of another model", () => writeVoiceFile({ ...learnedVoice("Ada"), model: "0".repeat(64) })],
  ])("refuses a file that is %s, and stays as it is", async (_, change) => {
    await library.add(learnedVoice("Ada"));
    const bytes = await library.export("Ada");
    await expect(library.import(change(bytes))).rejects.toThrow(AdapterError);
    expect(names()).toEqual(["Ada"]);
    expect(store.files.size).toBe(1);
  });

  it("shows a kept file that cannot be used, and why; it can be exported and deleted", async () => {
    await library.add(learnedVoice("Ada"));
    const [[file, bytes] = []] = [...store.files];
    store.files.set(file!, bytes!.subarray(0, 40));
    const next = createStage();
    library = await open(next);
    expect(next.voices.learned.names).toEqual([]);
    const [entry] = library.list();
    expect(entry?.problem).toMatch(/./);
    expect(await library.export(entry!.name)).toEqual(bytes!.subarray(0, 40));
    await expect(library.rename(entry!.name, "Ada")).rejects.toThrow(/cannot be read/);
    await library.delete(entry!.name);
    expect(store.files.size).toBe(0);
  });

  it("renames in the file and in the game", async () => {
    await library.add(learnedVoice("Ada"));
    await library.add(learnedVoice("Ben"));
    await library.rename("Ada", "Countess");
    expect(stage.voices.learned.names.toSorted()).toEqual(["Ben", "Countess"]);
    expect(store.files.size).toBe(2);
    library = await open(createStage());
    expect(names().toSorted()).toEqual(["Ben", "Countess"]);
    for (const name of ["Ben", ""])
      await expect(library.rename("Countess", name)).rejects.toThrow(RangeError);
    await expect(library.rename("Eve", "Ada")).rejects.toThrow(/no learned voice "Eve"/);
  });

  it("deletes a voice with all that it has spoken", async () => {
    await library.add(learnedVoice("Ada"));
    const { voices, npc, over } = stage;
    const line = voices.speak(npc({ seed: 1, adapter: "Ada" }), "Hello there.", { detail: "full" });
    await over(line);
    expect(voices.stats.cachedBytes).toBeGreaterThan(0);
    await library.delete("Ada");
    await library.delete("Ada");
    expect(voices.stats.cachedBytes).toBe(0);
    expect([names(), voices.learned.names, store.files.size]).toEqual([[], [], 0]);
  });

  it("says that storage is full; the voice can be used until the page is closed, and no half of it stays", async () => {
    store.fault = new StorageError("the storage is full");
    const { name, problem } = await library.add(learnedVoice("Ada"));
    expect(problem).toBe(store.fault);
    expect(library.list()).toMatchObject([{ name, stored: false, problem: undefined }]);
    expect(stage.voices.learned.names).toEqual(["Ada"]);
    expect(store.files.size).toBe(0);
    await library.rename("Ada", "Countess");
    await library.delete("Countess");
    expect(names()).toEqual([]);
  });

  it("keeps the old name when the new one cannot be stored", async () => {
    await library.add(learnedVoice("Ada"));
    store.fault = new StorageError("the storage is full");
    await expect(library.rename("Ada", "Countess")).rejects.toBe(store.fault);
    expect(names()).toEqual(["Ada"]);
    expect(stage.voices.learned.names).toEqual(["Ada"]);
  });
});
