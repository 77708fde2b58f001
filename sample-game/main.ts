/**
 * The page. Its address may choose: `?quality=low|high`, `?engine=webgpu|webgl`, `?voices=worker|webgpu`,
 * `?weights=/path/of/a/folder/`.
 */
import { startVillage, type VillageOptions } from "./village.ts";

const wish = new URLSearchParams(location.search);
const voices = wish.get("voices");

void startVillage({
  canvas: document.querySelector<HTMLCanvasElement>("#view")!,
  overlay: document.querySelector<HTMLElement>("#overlay")!,
  quality: wish.get("quality"),
  engine: wish.get("engine"),
  weights: wish.get("weights") ?? "/weights/small/",
  backend: (voices === "worker" || voices === "webgpu" ? voices : "auto") satisfies VillageOptions["backend"],
});
