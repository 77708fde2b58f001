import { fileURLToPath } from "node:url";
import { chromium, type Page } from "playwright";
import { createServer } from "vite";
import { CHROMIUM_PATH, HARDWARE_FLAGS, ISOLATION_HEADERS, SOFTWARE_FLAGS } from "../../browser.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface Chromium {
  readonly version: string;
  /**
   * Calls a function that a fresh page of test/bench/page/ puts on `globalThis.bench`.
   * @throws Error what the page threw
   */
  call<Argument, Result>(page: string, name: string, argument: Argument): Promise<Result>;
  close(): Promise<void>;
}

/** Where a page finds the files of a folder of this machine. */
export function addressOf(folder: string): string {
  return `/@fs${folder.endsWith("/") ? folder : `${folder}/`}`;
}

/**
 * A browser without a window, and a server for the bench's pages. `CHROMIUM` names another browser.
 * @param weights a folder that pages may read
 * @param software on SwiftShader, instead of the machine's GPU
 */
export async function startChromium(weights: string, software: boolean): Promise<Chromium> {
  const server = await createServer({
    configFile: false,
    root: ROOT,
    logLevel: "error",
    cacheDir: `${ROOT}/node_modules/.vite-bench`,
    worker: { format: "es" },
    optimizeDeps: {
      entries: ["test/bench/page/*.html"],
      include: ["onnxruntime-web", "onnxruntime-web/webgpu"],
    },
    server: {
      port: 0,
      hmr: false,
      watch: null,
      fs: { allow: [ROOT, weights] },
      headers: ISOLATION_HEADERS,
    },
  });
  await server.listen();
  const browser = await chromium.launch({
    executablePath: CHROMIUM_PATH,
    args: [...(software ? SOFTWARE_FLAGS : HARDWARE_FLAGS)],
  });
  const address = server.resolvedUrls?.local[0] ?? "";
  return {
    version: browser.version(),
    async call<Argument, Result>(name: string, method: string, argument: Argument) {
      const page = await browser.newPage();
      try {
        await open(page, `${address}test/bench/page/${name}.html`);
        return (await page.evaluate(
          ([key, given]) => (Reflect.get(globalThis, "bench") as BenchPage)[key as string]!(given),
          [method, argument] as const,
        )) as Result;
      } finally {
        await page.close();
      }
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

type BenchPage = Readonly<Record<string, (argument: unknown) => Promise<unknown>>>;

/** Its messages go to stderr. */
async function open(page: Page, address: string): Promise<void> {
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "info") process.stderr.write(`${message.text()}\n`);
  });
  page.on("pageerror", (error) => process.stderr.write(`page: ${error.message}\n`));
  await page.goto(address);
  await page.waitForFunction(() => Reflect.get(globalThis, "bench") !== undefined, undefined, {
    timeout: 120_000,
  });
}
