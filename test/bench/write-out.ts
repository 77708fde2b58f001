import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

export interface Output {
  readonly json: unknown;
  readonly markdown: string;
  /** A data URL. */
  readonly png?: string;
}

/** Prints the Markdown, and writes <path>.md, <path>.json and <path>.png. */
export async function writeOut(path: string, { json, markdown, png }: Output): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.json`, `${JSON.stringify(json, null, 2)}\n`);
  await writeFile(`${path}.md`, markdown);
  if (png !== undefined) await writeFile(`${path}.png`, Buffer.from(png.split(",")[1] ?? "", "base64"));
  process.stdout.write(markdown);
  process.stderr.write(`written to ${path}.md, .json${png === undefined ? "" : ", .png"}\n`);
}
