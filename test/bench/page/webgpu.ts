/** The page of `npm run bench -- webgpu --where chromium`. */
import ortWasmUrl from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url";
import { readBundledShader } from "../../../runtime/webgpu/bundled-shaders.ts";
import { measureWebGpu, type WebGpuSettings } from "../measure-webgpu.ts";
import { createOrtWebGpuArm, ORT_VERSION } from "../ort-webgpu-arm.ts";
import { readWeightsAt } from "./read-weights.ts";

export interface WebGpuPageRequest {
  /** Address of the weights. */
  readonly weights: string;
  readonly settings: WebGpuSettings;
}

async function measure({ weights, settings }: WebGpuPageRequest) {
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null)
    throw new Error("This browser has no WebGPU adapter; --software measures on SwiftShader.");
  const requiredFeatures = settings.features.filter((feature) => adapter.features.has(feature));
  const device = await adapter.requestDevice({ requiredFeatures });
  const measurement = await measureWebGpu(
    {
      device,
      read: readWeightsAt(weights),
      readShader: readBundledShader,
      async createOrtWebGpu(loaded) {
        const wasm = await (await fetch(ortWasmUrl)).arrayBuffer();
        return createOrtWebGpuArm(loaded, device, wasm);
      },
      log: (text) => console.info(text),
    },
    settings,
  );
  return { ...measurement, ort: ORT_VERSION };
}

Reflect.set(globalThis, "bench", { measure });
