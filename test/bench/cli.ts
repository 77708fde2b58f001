/** `npm run bench -- onnx | webgpu | game | align`: prints what was measured on this machine, and judges nothing. */
import { ALIGN_USAGE, benchAlign } from "./align.ts";
import { benchGame, GAME_USAGE } from "./game.ts";
import { benchOnnx, ONNX_USAGE } from "./onnx.ts";
import { UsageError } from "./options.ts";
import { benchWebGpu, WEBGPU_USAGE } from "./webgpu.ts";

const BENCHES: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  onnx: benchOnnx,
  webgpu: benchWebGpu,
  game: benchGame,
  align: benchAlign,
};

const USAGE = `usage: npm run bench -- ${[ONNX_USAGE, WEBGPU_USAGE, GAME_USAGE, ALIGN_USAGE].join("\n       npm run bench -- ")}\n`;

async function main([name = "", ...args]: readonly string[]): Promise<number> {
  const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  try {
    if (bench === undefined) throw new UsageError(`"${name}" is no bench`);
    await bench(args);
    return 0;
  } catch (error) {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
    if (error instanceof UsageError) process.stderr.write(USAGE);
    return error instanceof UsageError ? 2 : 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
