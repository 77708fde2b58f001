import { Engine } from "@babylonjs/core/Engines/engine.js";
import type { AbstractEngine } from "@babylonjs/core/Engines/abstractEngine.js";
import { WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.js";
import { WEBGPU_FEATURES } from "../../plugin/index.ts";

export interface Graphics {
  readonly engine: AbstractEngine;
  /** Such as `WebGPU` or `WebGL2`. */
  readonly api: string;
  readonly adapterName: string;
}

const MAX_FRAMES_IN_FLIGHT = 2;

/** WebGPU where the browser has it, otherwise WebGL 2; `wanted` is `webgpu`, `webgl` or null. */
export async function createGraphicsAsync(
  canvas: HTMLCanvasElement,
  wanted: string | null,
): Promise<Graphics> {
  if (wanted !== "webgl" && (await WebGPUEngine.IsSupportedAsync)) {
    const engine = new WebGPUEngine(canvas, {
      setMaximumLimits: true,
      antialias: false,
      deviceDescriptor: {
        requiredFeatures: [...WEBGPU_FEATURES, "timestamp-query"] as GPUFeatureName[],
      },
    });
    await engine.initAsync();
    // A slow GPU skips frames rather than let them pile up; the sound would run ahead of the picture.
    engine.maxFramesInFlight = MAX_FRAMES_IN_FLIGHT;
    return { engine, api: "WebGPU", adapterName: nameOf(engine) };
  }
  const engine = new Engine(canvas, false, { audioEngine: false });
  return { engine, api: "WebGL2", adapterName: nameOf(engine) };
}

function nameOf(engine: Pick<Engine, "getInfo">): string {
  const { vendor, renderer } = engine.getInfo();
  const name = renderer || vendor || "unknown";
  // ANGLE wraps the name that matters: "ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (LLVM 16)), driver)"
  return /^ANGLE \([^,]*, (.*?)(?:, [^,]*)?\)$/.exec(name)?.[1] ?? name;
}
