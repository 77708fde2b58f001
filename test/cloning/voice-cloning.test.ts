import { beforeEach, describe, expect, it } from "vitest";
import { toPcm16, wavHeader } from "../../runtime/audio/wav-header.ts";
import { MicrophoneError } from "../../plugin/cloning/microphone-error.ts";
import { READ_ALOUD } from "../../plugin/cloning/read-aloud.ts";
import { noise } from "../speech/signals.ts";
import { AGREED, createRig, RATE_HZ, settle, speech, STATE, VOICE, type CloningRig } from "./rig.ts";

let rig: CloningRig;

beforeEach(() => {
  rig = createRig();
});

const ROOM = noise(4 * RATE_HZ);

function wavOf(samples: Float32Array): Uint8Array {
  const header = wavHeader({ sampleRateHz: RATE_HZ, samples: samples.length, tags: {} });
  const file = new Uint8Array(header.length + 2 * samples.length);
  file.set(header);
  file.set(toPcm16(samples), header.length);
  return file;
}

describe("cloning a voice", () => {
  it("goes from the microphone to a voice in the library", async () => {
    const { cloning, microphone, learner } = rig;
    await rig.record(speech(6));
    expect(microphone.open).toBe(0);
    const { take, transcript } = rig.at("recorded");
    expect(take).toMatchObject({ problem: undefined, warnings: [] });
    expect(take.seconds).toBeCloseTo(6, 1);
    expect(transcript).toBe(cloning.sentence);
    cloning.accept();
    cloning.agree(AGREED);
    expect(learner.asked).toMatchObject({
      transcript: READ_ALOUD[0],
      name: "Ada",
      consent: { statementVersion: 1, speaker: "Ada", givenAt: "2026-11-22T18:00:00.000Z", agreed: true },
    });
    expect(learner.asked?.samples.length).toBeCloseTo(6 * 16_000, -4);
    learner.progress({ stage: "training", step: 3, steps: 100, kl: 1.2 });
    expect(rig.at("learning")).toMatchObject({ name: "Ada", progress: { step: 3, kl: 1.2 } });
    learner.state(STATE);
    expect(rig.unfinished.kept).toBe(STATE);
    learner.finish(VOICE);
    await settle();
    expect(rig.at("done")).toEqual({ stage: "done", name: "Ada", problem: undefined, recording: undefined });
    expect(rig.added).toEqual([VOICE]);
    expect(rig.unfinished.kept).toBeUndefined();
    expect(rig.stages).toEqual(["choosing", "listening", "recorded", "consent", "learning", "done"]);
    expect(rig.errors).toEqual([]);
  });

  it("shows time and level while it listens, and stops by itself at the longest", async () => {
    await rig.cloning.begin();
    await settle();
    rig.cloning.listen("built-in");
    await settle();
    expect(rig.microphone.opened).toEqual(["built-in"]);
    rig.microphone.hear(speech(1, 0.9).subarray(0, RATE_HZ / 2));
    const { seconds, level } = rig.at("listening");
    expect(seconds).toBeCloseTo(0.5);
    expect(level.peakDb).toBeGreaterThan(-10);
    expect(level.rmsDb).toBeLessThan(level.peakDb);
    rig.microphone.hear(speech(31));
    expect(rig.at("recorded").take.seconds).toBeCloseTo(29, 0);
    expect(rig.microphone.open).toBe(0);
  });

  it.each([
    ["too short", speech(0.4), /3 to 30 s/],
    ["silent", new Float32Array(3 * RATE_HZ), /silent/],
    ["noisy", speech(4).map((sample, i) => 0.5 * sample + 0.1 * ROOM[i]!), /noisy/],
    ["clipped", speech(3).map((sample) => Math.max(-1, Math.min(1, 20 * sample))), /clipped/],
  ])(
    "says of a recording that it is %s, does not go on with it, and takes another",
    async (_, samples, reason) => {
      await rig.record(samples);
      const { take } = rig.at("recorded");
      expect(take.problem).toMatch(reason);
      expect(take.reference).toBeUndefined();
      rig.cloning.accept();
      rig.at("recorded");
      rig.cloning.listen();
      await settle();
      rig.microphone.hear(speech(5));
      rig.cloning.stop();
      expect(rig.at("recorded").take.problem).toBeUndefined();
    },
  );

  it("plays the recording back, stops that, and stops it when the player goes on", async () => {
    await rig.record(speech(4));
    rig.cloning.review();
    expect(rig.at("recorded").isPlaying).toBe(true);
    expect(rig.played[0]?.seconds).toBeCloseTo(4);
    rig.cloning.review();
    await settle();
    expect(rig.played[0]?.stopped).toBe(true);
    expect(rig.at("recorded").isPlaying).toBe(false);
    rig.cloning.review();
    rig.played[1]?.end();
    await settle();
    expect(rig.at("recorded").isPlaying).toBe(false);
    rig.cloning.review();
    rig.cloning.accept();
    await settle();
    expect(rig.played[2]?.stopped).toBe(true);
    rig.at("consent");
  });

  it("offers another sentence, and takes it for the transcript", async () => {
    rig.cloning.nextSentence();
    await rig.record(speech(4));
    expect(rig.at("recorded").transcript).toBe(READ_ALOUD[1]);
    for (let i = 1; i < READ_ALOUD.length; i++) rig.cloning.nextSentence();
    expect(rig.cloning.sentence).toBe(READ_ALOUD[0]);
    expect(rig.at("recorded").transcript).toBe(READ_ALOUD[1]);
  });

  it.each([
    ["not ticked", { speaker: "Ada", agreed: false }],
    ["without a name", { speaker: "  ", agreed: true }],
  ])("learns nothing from a consent %s", async (_, agreement) => {
    await rig.toConsent();
    rig.cloning.agree(agreement);
    expect(rig.at("consent").problem).toMatch(/consent/);
    expect(rig.learner.asked).toBeUndefined();
  });

  it("ignores calls that the stage has no place for", async () => {
    const { cloning } = rig;
    for (const call of ["stop", "review", "accept", "resume"] as const) cloning[call]();
    cloning.agree(AGREED);
    cloning.listen();
    await settle();
    rig.at("idle");
    expect(rig.microphone.opened).toEqual([]);
    expect(rig.learner.asked).toBeUndefined();
  });
});

describe("microphones", () => {
  it.each(["denied", "missing", "busy", "insecure"] as const)("says plainly that it is %s", async (fault) => {
    rig.microphone.fault = new MicrophoneError(fault);
    rig.cloning.begin();
    expect(rig.at("choosing").isWaiting).toBe(true);
    await settle();
    expect(rig.at("choosing")).toMatchObject({ isWaiting: false, problem: rig.microphone.fault.message });
    rig.microphone.fault = undefined;
    rig.cloning.begin();
    await settle();
    expect(rig.at("choosing")).toMatchObject({ problem: undefined, devices: rig.microphone.devices });
  });

  it("says that there is none", async () => {
    rig.microphone.devices = [];
    rig.cloning.begin();
    await settle();
    expect(rig.at("choosing").problem).toMatch(/No microphone/);
  });

  it("lists those that are plugged in meanwhile", async () => {
    rig.cloning.begin();
    await settle();
    rig.microphone.devices = [...rig.microphone.devices, { id: "usb", label: "USB" }];
    rig.microphone.plug();
    await settle();
    expect(rig.at("choosing").devices.map(({ id }) => id)).toEqual(["built-in", "usb"]);
  });

  it("goes back to choosing when the one in use is unplugged", async () => {
    rig.cloning.begin();
    await settle();
    rig.cloning.listen();
    await settle();
    rig.microphone.hear(speech(2));
    rig.microphone.listener?.onFault(new MicrophoneError("unplugged"));
    expect(rig.at("choosing").problem).toMatch(/unplugged/);
    rig.microphone.hear(speech(2));
    rig.cloning.stop();
    rig.at("choosing");
  });

  it("closes one that starts after the player has left", async () => {
    rig.cloning.begin();
    await settle();
    rig.cloning.listen();
    rig.cloning.cancel();
    await settle();
    rig.at("idle");
    expect(rig.microphone.opened).toHaveLength(1);
    expect(rig.microphone.open).toBe(0);
  });
});

describe("a recording from a file", () => {
  it("is checked as one from the microphone, with the transcript that is given", async () => {
    rig.cloning.useFile(wavOf(speech(5)), "Hello there.");
    expect(rig.at("recorded")).toMatchObject({ transcript: "Hello there.", take: { problem: undefined } });
    rig.cloning.accept();
    rig.cloning.agree(AGREED);
    expect(rig.learner.asked?.transcript).toBe("Hello there.");
  });

  it("says what is wrong with a file that is no WAV", () => {
    rig.cloning.useFile(new TextEncoder().encode("ID3 this is an mp3"));
    expect(rig.at("choosing").problem).toMatch(/WAV/);
  });
});
