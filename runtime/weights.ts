import { WeightsError } from "./errors.ts";
import { parseManifest, type Manifest } from "./manifest.ts";
import { widenTensors } from "./shrink.ts";

/** Gives the bytes of a file of the weights folder by name. The caller decides where from: disk, network, cache. */
export type ReadFile = (name: string) => Promise<Uint8Array<ArrayBuffer>>;

export interface Weights {
  readonly manifest: Manifest;
  /**
   * The bytes of a file, checked against the manifest and widened if it was shrunken. Files read at load are handed over once, so that
   * nothing keeps a second copy; any other file is read now.
   * @throws WeightsError when the file is missing, truncated or damaged
   */
  readonly read: ReadFile;
}

const MANIFEST = "manifest.json";

/**
 * Reads and checks the manifest and, side by side, the files named in `preload`.
 * @throws WeightsError when a file is missing, truncated, damaged or of another version; the message says what to do
 */
export async function loadWeights(read: ReadFile, preload: readonly string[]): Promise<Weights> {
  const manifest = parseManifest(new TextDecoder().decode(await readOrExplain(read, MANIFEST)));
  const loaded = new Map(
    await Promise.all(preload.map(async (name) => [name, await readChecked(read, manifest, name)] as const)),
  );
  return {
    manifest,
    async read(name) {
      const bytes = loaded.get(name) ?? (await readChecked(read, manifest, name));
      loaded.delete(name);
      return bytes;
    },
  };
}

async function readOrExplain(read: ReadFile, name: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await read(name);
  } catch (cause) {
    throw new WeightsError(
      `${name} of the weights could not be read (${cause instanceof Error ? cause.message : String(cause)}). ` +
        `Check that the whole weights folder is where \`read\` looks for it.`,
      { cause },
    );
  }
}

async function readChecked(
  read: ReadFile,
  manifest: Manifest,
  name: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const entry = Object.hasOwn(manifest.files, name) ? manifest.files[name] : undefined;
  if (entry === undefined) {
    throw new WeightsError(
      `${MANIFEST} of weights "${manifest.name}" does not list ${name}; it lists ` +
        `${Object.keys(manifest.files).join(", ")}. Export the weights again.`,
    );
  }
  const bytes = await readOrExplain(read, name);
  if (bytes.length !== entry.bytes) {
    throw new WeightsError(
      `${name} has ${bytes.length} bytes, the manifest says ${entry.bytes}: the download is truncated or of another ` +
        `version. Clear the cached copy and download the weights folder again.`,
    );
  }
  const sha256 = await sha256Of(bytes, name);
  if (sha256 !== entry.sha256) {
    throw new WeightsError(
      `${name} has the SHA-256 ${sha256}, the manifest says ${entry.sha256}: the file is damaged or of another ` +
        `version. Clear the cached copy and download the weights folder again.`,
    );
  }
  return widenTensors(bytes, name);
}

async function sha256Of(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<string> {
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle; // browsers hide it on pages that are not secure
  if (subtle === undefined) {
    throw new WeightsError(
      `${name} cannot be checked: there is no WebCrypto here. Serve the page over https or from localhost.`,
    );
  }
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
