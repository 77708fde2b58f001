import { BackendError } from "../errors.ts";
import type { ReadShader } from "./gpu.ts";
import { SHADER_TEXTS } from "./shader-texts.ts";

/**
 * The shaders as they were bundled.
 * @throws BackendError when there is no such shader
 */
export const readBundledShader: ReadShader = (name) => {
  const text = Object.hasOwn(SHADER_TEXTS, name) ? SHADER_TEXTS[name] : undefined;
  if (text !== undefined) return text;
  throw new BackendError(
    `There is no shader ${name}.wgsl in this bundle. Build it again from a whole copy of Kalliope.`,
  );
};
