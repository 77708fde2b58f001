import { beforeEach, describe, expect, it } from "vitest";
import { AudioInputError, BackendError } from "../../runtime/errors.ts";
import { StorageError } from "../../plugin/storage/storage-error.ts";
import { AGREED, createRig, RATE_HZ, settle, speech, STATE, VOICE, type CloningRig } from "./rig.ts";

let rig: CloningRig;

beforeEach(() => {
  rig = createRig();
});

describe("the recording", () => {
  const isErased = (samples: Float32Array | undefined) => samples?.every((sample) => sample === 0);

  it("is erased when it has been read", async () => {
    await rig.record(speech(5));
    const { recording } = rig.at("recorded").take;
    rig.cloning.accept();
    rig.cloning.agree(AGREED);
    rig.learner.progress({ stage: "reading", step: 0, steps: 1 });
    expect(isErased(recording.channels[0])).toBe(false);
    rig.learner.progress({ stage: "training", step: 0, steps: 100 });
    expect(isErased(recording.channels[0])).toBe(true);
    expect(isErased(rig.learner.asked?.samples)).toBe(true);
  });

  it("is erased when the player cancels, retakes, or learning fails", async () => {
    for (const leave of [
      () => rig.cloning.cancel(),
      () => rig.cloning.listen(),
      async () => {
        rig.cloning.accept();
        rig.cloning.agree(AGREED);
        rig.learner.fail(new AudioInputError("the recording does not say the transcript"));
        await settle();
        expect(rig.at("failed")).toMatchObject({ canResume: false, error: { message: /transcript/ } });
      },
    ]) {
      rig = createRig();
      await rig.record(speech(5));
      const { recording } = rig.at("recorded").take;
      await leave();
      expect(isErased(recording.channels[0])).toBe(true);
    }
  });

  it("is given back when it was to be kept", async () => {
    await rig.toConsent(5);
    rig.cloning.agree({ ...AGREED, keepRecording: true });
    rig.learner.progress({ stage: "training", step: 0, steps: 100 });
    rig.learner.finish(VOICE);
    await settle();
    const { recording } = rig.at("done");
    expect(recording?.sampleRateHz).toBe(RATE_HZ);
    expect(recording?.channels[0]).toHaveLength(5 * RATE_HZ);
    expect(isErased(recording?.channels[0])).toBe(false);
  });
});

describe("learning that does not come to its end", () => {
  it("is cancelled: nothing is left", async () => {
    await rig.toConsent();
    rig.cloning.agree(AGREED);
    rig.learner.state(STATE);
    rig.cloning.cancel();
    expect(rig.learner.asked?.signal.aborted).toBe(true);
    rig.at("idle");
    rig.learner.state(STATE);
    await settle();
    expect(rig.at("idle").unfinished).toBeUndefined();
    expect(rig.unfinished.kept).toBeUndefined();
    expect(rig.added).toEqual([]);
  });

  it("is offered to be gone on with after the page was closed", async () => {
    await rig.toConsent();
    rig.cloning.agree(AGREED);
    rig.learner.state(STATE);
    rig.cloning.dispose();
    expect(rig.learner.asked?.signal.aborted).toBe(true);
    const { kept } = rig.unfinished;

    rig = createRig({ left: kept! });
    await settle();
    expect(rig.at("idle").unfinished).toMatchObject({ name: "Ada", step: 20, steps: 100 });
    rig.cloning.resume();
    await settle();
    expect(rig.at("learning").name).toBe("Ada");
    expect(rig.learner.resumed).toBe(STATE);
    rig.learner.finish(VOICE);
    await settle();
    rig.at("done");
    expect(rig.unfinished.kept).toBeUndefined();
  });

  it("may be dropped instead", async () => {
    rig = createRig({ left: STATE });
    await settle();
    rig.cloning.discard();
    await settle();
    expect(rig.at("idle").unfinished).toBeUndefined();
    expect(rig.unfinished.kept).toBeUndefined();
  });

  it("can be gone on with when the device was lost", async () => {
    await rig.toConsent();
    rig.cloning.agree(AGREED);
    rig.learner.state(STATE);
    rig.learner.fail(new BackendError("the GPU device was lost"));
    await settle();
    expect(rig.at("failed")).toMatchObject({ canResume: true });
    rig.cloning.resume();
    await settle();
    expect(rig.learner.resumed).toBe(STATE);
    rig.at("learning");
  });

  it("is done, with a word of warning, when the voice cannot be stored", async () => {
    const problem = new StorageError("the storage is full");
    rig = createRig({ add: async ({ name }) => ({ name, problem }) });
    await rig.toConsent();
    rig.cloning.agree(AGREED);
    rig.learner.finish(VOICE);
    await settle();
    expect(rig.at("done")).toMatchObject({ name: "Ada", problem: problem.message });
  });
});
