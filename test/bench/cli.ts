/** `npm run bench -- onnx`: prints what was measured on this machine, as Markdown or as JSON. It judges nothing. */
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { describeMachine } from "./machine.ts";
import { benchOnnx, onnxTables } from "./onnx.ts";

const USAGE = `usage: npm run bench -- onnx [--weights folder] [--threads 1,2] [--runs 5] [--json]`;

function main(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      weights: { type: "string", default: fileURLToPath(new URL("../../weights/small", import.meta.url)) },
      threads: { type: "string", default: "1,2" },
      runs: { type: "string", default: "5" },
      json: { type: "boolean", default: false },
    },
  });
  const threads = values.threads.split(",").map(Number);
  const runs = Number(values.runs);
  if (
    positionals.join() !== "onnx" ||
    ![...threads, runs].every((count) => Number.isInteger(count) && count > 0)
  ) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const machine = describeMachine();
  const results = benchOnnx(values.weights, threads, runs);
  process.stdout.write(
    values.json ? `${JSON.stringify({ machine, results }, null, 2)}\n` : onnxTables(machine, results),
  );
  return 0;
}

try {
  process.exitCode = main();
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
