/** Entry of the worker: `new Worker(new URL("./worker.ts", import.meta.url), { type: "module" })`. */
import { createOnnxBackend } from "./onnx-backend.ts";
import type { CallPort } from "./port-calls.ts";
import { serveBackend } from "./serve-backend.ts";

serveBackend(globalThis as unknown as CallPort, createOnnxBackend);
