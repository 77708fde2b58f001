import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createMicrophones, type OpenMicrophone } from "../../plugin/cloning/microphone.ts";
import { playRecording } from "../../plugin/cloning/review-player.ts";
import { openFileFolder } from "../../plugin/storage/file-folder.ts";
import { openFileStore } from "../../plugin/storage/file-store.ts";
import { openFileTable } from "../../plugin/storage/file-table.ts";
import { StorageError } from "../../plugin/storage/storage-error.ts";
import { glidingVoice } from "../speech/signals.ts";
import { PATIENCE_MS } from "./patience.ts";

async function emptyDisk(): Promise<void> {
  const root = await navigator.storage.getDirectory();
  for await (const name of root.keys()) await root.removeEntry(name, { recursive: true });
  const table = await openFileTable("test");
  for (const name of await table.list()) await table.delete(name);
}

beforeEach(emptyDisk);
afterEach(async () => {
  vi.restoreAllMocks();
  await emptyDisk();
});

/** Opens the fake microphone and collects what it hears. */
async function listen() {
  const blocks: Float32Array[] = [];
  const faults: Error[] = [];
  const microphone: OpenMicrophone = await createMicrophones().open(undefined, {
    onSamples: (samples) => blocks.push(samples),
    onFault: (error) => faults.push(error),
  });
  const seconds = () => blocks.reduce((sum, { length }) => sum + length, 0) / microphone.sampleRateHz;
  return { microphone, blocks, faults, seconds };
}

function refuse(name: string): void {
  vi.spyOn(navigator.mediaDevices, "getUserMedia").mockRejectedValue(new DOMException("no", name));
}

describe("the browser's microphone", () => {
  it("is listed by name", async () => {
    const devices = await createMicrophones().list();
    expect(devices.length).toBeGreaterThan(0);
    expect(devices.every(({ id, label }) => id !== "" && label !== "")).toBe(true);
  });

  it("gives what it hears, raw, until it is closed", async () => {
    const getUserMedia = vi.spyOn(navigator.mediaDevices, "getUserMedia");
    const { microphone, blocks, seconds, faults } = await listen();
    expect(getUserMedia.mock.calls[0]?.[0]).toMatchObject({
      audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
    });
    await expect.poll(seconds, { timeout: PATIENCE_MS }).toBeGreaterThan(2);
    const loudest = Math.max(
      ...blocks.map((block) => block.reduce((most, x) => Math.max(most, Math.abs(x)), 0)),
    );
    expect(loudest).toBeGreaterThan(0.1);
    expect(loudest).toBeLessThanOrEqual(1);
    const stream = (await getUserMedia.mock.results[0]?.value) as MediaStream;
    microphone.close();
    expect(stream.getTracks().map(({ readyState }) => readyState)).toEqual(["ended"]);
    const heard = seconds();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(seconds()).toBe(heard);
    expect(faults).toEqual([]);
  });

  it.each([
    ["NotAllowedError", "denied"],
    ["NotFoundError", "missing"],
    ["OverconstrainedError", "missing"],
    ["NotReadableError", "busy"],
    ["InvalidStateError", "failed"],
  ])("says of a %s that it is %s", async (name, fault) => {
    refuse(name);
    await expect(createMicrophones().list()).rejects.toMatchObject({ name: "MicrophoneError", fault });
    await expect(listen()).rejects.toMatchObject({ name: "MicrophoneError", fault });
  });

  it("says that a page which is not secure has none", async () => {
    vi.spyOn(navigator, "mediaDevices", "get").mockReturnValue(undefined as unknown as MediaDevices);
    await expect(createMicrophones().list()).rejects.toMatchObject({ fault: "insecure" });
  });

  it("says that it was unplugged, once, and lets go of everything", async () => {
    const getUserMedia = vi.spyOn(navigator.mediaDevices, "getUserMedia");
    const { faults } = await listen();
    const stream = (await getUserMedia.mock.results[0]?.value) as MediaStream;
    const [track] = stream.getTracks();
    track?.dispatchEvent(new Event("ended"));
    track?.dispatchEvent(new Event("ended"));
    expect(faults).toMatchObject([{ fault: "unplugged" }]);
    expect(track?.readyState).toBe("ended");
  });

  it("stops the device when the worklet cannot be loaded", async () => {
    const getUserMedia = vi.spyOn(navigator.mediaDevices, "getUserMedia");
    const listener = { onSamples: () => undefined, onFault: () => undefined };
    const opening = createMicrophones({ workletUrl: "/nowhere.js" }).open(undefined, listener);
    await expect(opening).rejects.toMatchObject({ name: "MicrophoneError" });
    const stream = (await getUserMedia.mock.results[0]?.value) as MediaStream;
    expect(stream.getTracks()[0]?.readyState).toBe("ended");
  });
});

describe("review", () => {
  it("plays to the end, or until it is stopped", async () => {
    const recording = { sampleRateHz: 48_000, channels: [glidingVoice(120, 48_000, 0.3)] };
    await playRecording(recording).finished;
    const stopped = playRecording({ ...recording, channels: [glidingVoice(120, 48_000, 60)] });
    stopped.stop();
    stopped.stop();
    await stopped.finished;
  });
});

describe.each([
  ["the origin private file system", openFileFolder],
  ["IndexedDB", openFileTable],
])("files in %s", (_, open) => {
  const bytes = (...values: number[]) => Uint8Array.from(values);

  it("stay from one visit to the next, under any name, each folder its own", async () => {
    const store = await open("test");
    await store.write("a/b: ü?.voice", bytes(1, 2, 3));
    await store.write("a/b: ü?.voice", bytes(4, 5));
    await store.write("other", bytes(6));
    const again = await open("test");
    expect((await again.list()).toSorted()).toEqual(["a/b: ü?.voice", "other"]);
    expect(await again.read("a/b: ü?.voice")).toEqual(bytes(4, 5));
    expect(await again.read("nothing")).toBeUndefined();
    expect(await (await open("elsewhere")).list()).toEqual([]);
    await again.delete("other");
    await again.delete("other");
    expect(await store.list()).toEqual(["a/b: ü?.voice"]);
  });
});

describe("storage that fails", () => {
  const full = () => new DOMException("full", "QuotaExceededError");

  it("is said to be full, and keeps the file that was there", async () => {
    const store = await openFileStore("test");
    await store.write("voice", Uint8Array.of(1));
    vi.spyOn(FileSystemWritableFileStream.prototype, "write").mockRejectedValue(full());
    await expect(store.write("voice", Uint8Array.of(2))).rejects.toThrow(StorageError);
    await expect(store.write("other", Uint8Array.of(2))).rejects.toThrow(/storage for this page is full/);
    expect(await store.read("voice")).toEqual(Uint8Array.of(1));
    expect(await store.list()).toEqual(["voice"]);
  });

  it("is said to be full in IndexedDB too", async () => {
    const store = await openFileTable("test");
    vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
      throw full();
    });
    await expect(store.write("voice", Uint8Array.of(1))).rejects.toThrow(/storage for this page is full/);
  });

  it("does not count a file that was never finished", async () => {
    const store = await openFileFolder("test");
    await store.write("voice", Uint8Array.of(1));
    const root = await navigator.storage.getDirectory();
    const folder = await (await root.getDirectoryHandle("kalliope-files")).getDirectoryHandle("test");
    const half = await (await folder.getFileHandle("half.file", { create: true })).createWritable();
    await half.write(Uint8Array.of(1, 2, 3));
    await folder.getFileHandle("voice.file.crswap", { create: true }); // as a page that crashed leaves it
    for (const each of [store, await openFileFolder("test")]) {
      expect(await each.list()).toEqual(["voice"]);
      expect(await each.read("half")).toBeUndefined();
      expect(await each.read("voice")).toEqual(Uint8Array.of(1));
    }
    await half.abort();
  });

  it("falls back to IndexedDB where files cannot be written, and is refused where there is neither", async () => {
    vi.spyOn(navigator.storage, "getDirectory").mockRejectedValue(new DOMException("no", "SecurityError"));
    const store = await openFileStore("test");
    await store.write("voice", Uint8Array.of(1));
    expect(await (await openFileTable("test")).list()).toEqual(["voice"]);
    vi.spyOn(indexedDB, "open").mockImplementation(() => {
      throw new DOMException("no", "SecurityError");
    });
    await expect(openFileStore("test")).rejects.toThrow(/refuses storage/);
  });
});
