import { createAudioOutput } from "../plugin/audio/audio-output.ts";
import { createSynthesizer } from "../runtime/index.ts";
import { element } from "./element.ts";
import { mountLab } from "./mount-lab.ts";

/** Addresses of the shipped weights, by path. */
const WEIGHTS: Readonly<Record<string, string>> = import.meta.glob(
  ["../weights/small/*.{json,onnx}", "../weights/small/{language-model,decoder}.safetensors"],
  { query: "?url", import: "default", eager: true },
);

async function read(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const address = WEIGHTS[`../weights/small/${name}`];
  if (address === undefined) throw new Error(`weights/small has no ${name} for the Voice Lab`);
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address} answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

async function copy(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
}

function save(bytes: Uint8Array<ArrayBuffer>, fileName: string): void {
  const address = URL.createObjectURL(new Blob([bytes], { type: "audio/wav" }));
  element("a", { href: address, download: fileName }).click();
  URL.revokeObjectURL(address);
}

async function start(root: HTMLElement): Promise<void> {
  const worker = new Worker(new URL("../runtime/onnx/worker.ts", import.meta.url), { type: "module" });
  const synthesizer = await createSynthesizer({ read, backend: "onnx", worker });
  const context = new AudioContext();
  const { sampleRateHz } = synthesizer.manifest;
  const output = await createAudioOutput({ context, sampleRateHz, speakers: 2 });
  const resume = () => void context.resume(); // browsers start sound only in a gesture
  addEventListener("pointerdown", resume);
  addEventListener("keydown", resume);
  mountLab(root, { synthesizer, output, copy, save });
}

const root = document.querySelector<HTMLElement>("#lab");
if (root !== null) {
  root.append(element("p", { class: "loading" }, "Loading the voice model…"));
  start(root).catch((error: unknown) => {
    root.replaceChildren(element("p", { class: "loading" }, `The Voice Lab cannot start: ${String(error)}`));
  });
}
