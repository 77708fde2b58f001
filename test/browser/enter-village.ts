import { expect, vi } from "vitest";
import { startVillage, type Village, type VillageOptions } from "../../sample-game/village.ts";
import { PATIENCE_MS } from "./patience.ts";

const TINY = "/test/fixtures/tiny/";
const WIDTH = 160;
const HEIGHT = 90;

/** Starts the village as the page does, presses its button, and gives it. */
export async function enterVillage(options: Partial<VillageOptions> = {}): Promise<Village> {
  const canvas = document.createElement("canvas");
  canvas.style.width = `${WIDTH}px`;
  canvas.style.height = `${HEIGHT}px`;
  const overlay = document.createElement("div");
  document.body.append(canvas, overlay);
  const starting = startVillage({
    canvas,
    overlay,
    weights: TINY,
    quality: "low",
    engine: "webgl",
    backend: "worker",
    ...options,
  });
  await vi.waitFor(() => expect(overlay.querySelector(".start:enabled")).not.toBeNull(), PATIENCE_MS);
  overlay.querySelector<HTMLButtonElement>(".start")!.click();
  return starting;
}
