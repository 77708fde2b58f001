import { readShader } from "../../runtime/node/read-shader.ts";
import { createWebGpuBackend } from "../../runtime/webgpu/webgpu-backend.ts";
import type { Weights } from "../../runtime/weights.ts";
import { readTiny } from "../onnx/tiny-weights.ts";
import { testGpu } from "../webgpu/dawn.ts";
import { describeOfficialAutoencoder } from "./official-autoencoder.ts";
import { describeSpeechBackend } from "./speech-backend.ts";

const { device } = await testGpu();

const create = (weights: Weights) => createWebGpuBackend(weights, { device, readShader, weightType: "f32" });

describeSpeechBackend({ name: "webgpu", read: readTiny, create });

describeOfficialAutoencoder({ name: "webgpu", create });
