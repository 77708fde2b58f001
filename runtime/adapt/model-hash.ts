import { AdapterError } from "../errors.ts";
import type { Manifest } from "../manifest.ts";

const LANGUAGE_MODEL = "language-model.safetensors";

/**
 * What a learned voice is bound to: the SHA-256 of the language model, lower-case hexadecimal. Shrunken weights are the model they were
 * made from, so that a voice goes from a desktop to a phone.
 */
export function modelHashOf({ files }: Manifest): string {
  const file = files[LANGUAGE_MODEL];
  return file?.shrunkenFrom ?? file?.sha256 ?? "";
}

/**
 * @param what was learned, for the message
 * @throws AdapterError when it was learned for another model
 */
export function refuseOtherModel(model: string, what: string, manifest: Manifest): void {
  const own = modelHashOf(manifest);
  if (model === own) return;
  throw new AdapterError(
    `the ${what} is for the model ${shortHash(model)}, but "${manifest.name}" is ${shortHash(own)}: use the weights it was ` +
      `learned with, or learn the voice again`,
  );
}

function shortHash(hash: unknown): string {
  return String(hash).slice(0, 12);
}
