import { createOnnxBackend } from "../../runtime/onnx/onnx-backend.ts";
import { readTiny } from "../onnx/tiny-weights.ts";
import { describeOfficialAutoencoder } from "./official-autoencoder.ts";
import { describeSpeechBackend } from "./speech-backend.ts";

describeSpeechBackend({ name: "onnx", read: readTiny, create: (weights) => createOnnxBackend(weights) });

describeOfficialAutoencoder({ name: "onnx", create: (weights) => createOnnxBackend(weights) });
