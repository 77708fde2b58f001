/** What is compared: ways to run the same weights, all driven through the same few calls. */
import type { SpeechBackend } from "../../runtime/backend.ts";
import { createOnnxBackend } from "../../runtime/onnx/onnx-backend.ts";
import type { ReadShader, WeightType } from "../../runtime/webgpu/gpu.ts";
import { createWebGpuBackend, type WebGpuBackend } from "../../runtime/webgpu/webgpu-backend.ts";
import type { Weights } from "../../runtime/weights.ts";

export type ArmName = "ours" | "ort-wasm" | "ort-webgpu";

export interface Arm {
  readonly name: ArmName;
  readonly speech: Pick<SpeechBackend, "openSentence" | "advance" | "decode" | "close" | "dispose">;
  /** Least decibels of the right sound over the difference to it, for the arm to be timed. */
  readonly gateDecibels: number;
}

/** The webgpu backend and what it tells of its own work. */
export interface OurArm extends Arm {
  readonly speech: WebGpuBackend;
}

export interface OurArmOptions {
  readonly device: GPUDevice;
  readonly readShader: ReadShader;
  readonly weightType: WeightType;
  readonly slots: number;
}

/**
 * Rounding in f16 moves a sentence that goes on from its own latents, and in int8 so far that the phases of its pitch are others
 * soon; in f32 it stays.
 */
const GATE_DECIBELS = { f32: 60, f16: 20, int8: 2 } as const;

export async function createOurArm(weights: Weights, options: OurArmOptions): Promise<OurArm> {
  const speech = await createWebGpuBackend(weights, options);
  return { name: "ours", speech, gateDecibels: GATE_DECIBELS[options.weightType] };
}

/** The onnx backend, which is also what the others are compared with. */
export async function createWasmArm(weights: Weights, threads: number): Promise<Arm> {
  const speech = await createOnnxBackend(weights, { threads });
  return { name: "ort-wasm", speech, gateDecibels: GATE_DECIBELS.f32 };
}
