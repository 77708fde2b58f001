import { readShader } from "../../runtime/node/read-shader.ts";
import { createWebGpuBackend } from "../../runtime/webgpu/webgpu-backend.ts";
import { readTiny } from "../onnx/tiny-weights.ts";
import { testGpu } from "../webgpu/dawn.ts";
import { describeSpeechBackend } from "./speech-backend.ts";

const { device } = await testGpu();

describeSpeechBackend({
  name: "webgpu",
  read: readTiny,
  create: (weights) => createWebGpuBackend(weights, { device, readShader, weightType: "f32" }),
});
