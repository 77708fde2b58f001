import { describe, expect, it } from "vitest";
import { BackendError } from "../../runtime/errors.ts";
import { largestDifference } from "../onnx/tiny-weights.ts";
import { createFakeBackend } from "../speech/fake-backend.ts";
import { createStage, manifest } from "./stage.ts";

const TEXT = "A long story about an old bridge. It was a dark night.";

async function undisturbed(): Promise<Float32Array> {
  const { voices, npc, over, output } = createStage();
  await over(voices.speak(npc(), TEXT));
  return output.sinks[0]?.heard() ?? new Float32Array(0);
}

describe("setBackend, in the middle of a line", () => {
  it.each([1, 4, 40, 90])(
    "goes on to the sample when the device is lost in frame %d",
    async (lostInFrame) => {
      const { voices, npc, output, frames, over, backend, errors } = createStage();
      const line = voices.speak(npc(), TEXT);
      await frames(lostInFrame);
      const lost = () => Promise.reject(new BackendError("The device was lost."));
      Object.assign(backend, { openSentence: lost, advance: lost, decode: lost, close: lost });
      await frames(30); // half a second until the game has another device
      expect(["computing", "audible"]).toContain(line.state);
      voices.setBackend(createFakeBackend(manifest), "another");
      expect(voices.stats.backend).toBe("another");
      await over(line);
      expect(line.state).toBe("finished");
      expect(output.sinks.length).toBe(1);
      expect(largestDifference(output.sinks[0]?.heard() ?? [], await undisturbed())).toBe(0);
      expect(errors).toEqual([]);
    },
  );

  it("tells every word once", async () => {
    const { voices, npc, frames, over } = createStage();
    const words: string[] = [];
    const line = voices.speak(npc(), TEXT, { onWord: ({ text }) => words.push(text) });
    await frames(50);
    voices.setBackend(createFakeBackend(manifest));
    await over(line);
    expect(words.join(" ")).toBe("A long story about an old bridge It was a dark night");
  });
});
