import { readFile } from "node:fs/promises";
import type { ReadShader } from "../webgpu/gpu.ts";

const FOLDER = new URL("../../shaders/", import.meta.url);

/** The shaders of this package. */
export const readShader: ReadShader = (name) => readFile(new URL(`${name}.wgsl`, FOLDER), "utf8");
