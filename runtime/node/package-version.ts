import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** The version in the package's own package.json. */
export async function packageVersion(): Promise<string> {
  const text = await readFile(fileURLToPath(new URL("../../package.json", import.meta.url)), "utf8");
  const { version }: { version?: unknown } = JSON.parse(text);
  return typeof version === "string" ? version : "unknown";
}
