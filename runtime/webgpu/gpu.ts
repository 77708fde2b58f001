/**
 * What kernels stand on: compiled pipelines, named buffers and bind groups of one GPUDevice that belongs to the caller.
 * Everything is made at load; nothing is made while a sentence is spoken.
 */
import { BackendError } from "../errors.ts";

/** Text of shaders/<name>.wgsl. */
export type ReadShader = (name: string) => string | Promise<string>;

/**
 * How matrices are stored; every kernel that reads weights is compiled with the prelude shaders/weights-<type>.wgsl. int8: a
 * signed byte a weight and a scale a row (runtime/int8-rows.ts), for the matrices of the language model.
 */
export type WeightType = "f32" | "f16" | "int8";

export interface KernelOptions {
  /** The prelude to put in front; none for kernels that read no weights. */
  readonly weights?: WeightType;
  /** Names of shaders with what kernels share, put in front in this order. */
  readonly includes?: readonly string[];
  /**
   * Values of `const`s that the shader uses and does not declare, put in front: whole numbers that sizes of arrays depend
   * on, for which `override` is not safe (Safari gives such arrays no length).
   */
  readonly sizes?: Readonly<Record<string, number>>;
  /** Values of the shader's `override` constants. */
  readonly constants?: Readonly<Record<string, number>>;
}

export interface Kernel {
  readonly name: string;
  readonly pipeline: GPUComputePipeline;
  /** Of group 0. */
  readonly layout: GPUBindGroupLayout;
}

/** One call of a kernel, prepared: encoding it makes and writes nothing. */
export interface Dispatch {
  readonly label: string;
  readonly kernel: Kernel;
  readonly bindings: GPUBindGroup;
  readonly workgroups: readonly [number, number, number];
  readonly flops: number;
  /** Read and written. */
  readonly bytes: number;
}

export interface NamedBytes {
  readonly name: string;
  readonly bytes: number;
}

export interface Gpu {
  readonly device: GPUDevice;
  /**
   * Compiles shaders/<name>.wgsl, once per name, prelude, includes and constants, without blocking the page. Some preludes and
   * includes have a variant for subgroups or shader-f16, taken where the device has the feature. Bindings are written
   * `@group(0) @binding(0) var<storage, read> x: ...` on one line.
   * @throws BackendError with the line and the source text when it does not compile
   */
  kernel(name: string, options?: KernelOptions): Promise<Kernel>;
  /**
   * A buffer of zeros that counts in `memory()`.
   * @param usage defaults to STORAGE | COPY_SRC | COPY_DST
   * @throws BackendError when it is larger than the device allows
   */
  buffer(name: string, bytes: number, usage?: number): GPUBuffer;
  /**
   * Waits until the device has answered for the buffers made so far.
   * @throws BackendError when it had no memory for one
   */
  allocated(): Promise<void>;
  /** Frees a buffer before `dispose` does. */
  free(buffer: GPUBuffer): void;
  /** Group 0 of a kernel, in order of binding; it fits every kernel of the same shader, whatever its constants. */
  bind(kernel: Kernel, buffers: readonly (GPUBuffer | GPUBufferBinding)[]): GPUBindGroup;
  /** All buffers that are not freed. */
  memory(): readonly NamedBytes[];
  /** Frees all buffers. The device stays the caller's. */
  dispose(): void;
}

/** Told after each pipeline: how many are ready of those asked for so far. */
export type OnProgress = (compiled: number, total: number) => void;

export function createGpu(device: GPUDevice, readShader: ReadShader, onProgress?: OnProgress): Gpu {
  const buffers = new Map<GPUBuffer, NamedBytes>();
  const shortages: Promise<string | undefined>[] = [];
  const free = (buffer: GPUBuffer) => {
    buffers.delete(buffer);
    buffer.destroy();
  };
  return {
    device,
    kernel: createCompiler(device, readShader, onProgress),
    buffer(name, bytes, usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST) {
      const size = Math.max(16, Math.ceil(bytes / 4) * 4);
      checkSize(device, name, size, usage);
      device.pushErrorScope("out-of-memory");
      const buffer = device.createBuffer({ label: name, size, usage });
      shortages.push(
        device.popErrorScope().then(
          (error) => error?.message,
          () => undefined, // a lost device is told of elsewhere
        ),
      );
      buffers.set(buffer, { name, bytes: size });
      return buffer;
    },
    async allocated() {
      const shortage = (await Promise.all(shortages.splice(0))).find((message) => message !== undefined);
      if (shortage === undefined) return;
      throw new BackendError(
        `The GPU has not enough memory (${shortage}). Use fewer slots or positions, or the onnx backend.`,
      );
    },
    free,
    bind: ({ name, layout }, bound) =>
      device.createBindGroup({
        label: name,
        layout,
        entries: bound.map((each, binding) => ({
          binding,
          resource: "buffer" in each ? each : { buffer: each },
        })),
      }),
    memory: () => [...buffers.values()],
    dispose: () => [...buffers.keys()].forEach(free),
  };
}

function checkSize({ limits }: GPUDevice, name: string, size: number, usage: number): void {
  const isBound = (usage & GPUBufferUsage.STORAGE) !== 0;
  const most = isBound
    ? Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize)
    : limits.maxBufferSize;
  if (size <= most) return;
  throw new BackendError(
    `The buffer "${name}" needs ${size} bytes; this device allows ${most}. ` +
      `Request the device with a larger maxStorageBufferBindingSize, or use fewer slots.`,
  );
}

type Constants = Readonly<Record<string, number>>;

interface ShaderSource {
  /** In order; the last one is the kernel. */
  readonly files: readonly string[];
  readonly extensions: readonly string[];
  readonly sizes: Constants;
}

interface ShaderCode {
  readonly name: string;
  readonly module: GPUShaderModule;
  readonly layout: GPUBindGroupLayout;
}

interface Variant {
  /** Of the device. */
  readonly feature: GPUFeatureName;
  /** The shader that stands in for it. */
  readonly name: string;
  /** Of WGSL, which the variant needs. */
  readonly extension: string;
}

/** Shaders that are replaced where the device has a feature. */
const VARIANTS: ReadonlyMap<string, Variant> = new Map([
  ["workgroup-sum", { feature: "subgroups", name: "workgroup-sum-subgroups", extension: "subgroups" }],
  [
    "workgroup-maximum",
    { feature: "subgroups", name: "workgroup-maximum-subgroups", extension: "subgroups" },
  ],
  ["weights-f16", { feature: "shader-f16", name: "weights-f16-native", extension: "f16" }],
]);

/** Features of a device with which kernels are faster; none is needed. Ask for those that the adapter has. */
export const WEBGPU_FEATURES: readonly GPUFeatureName[] = [
  ...new Set(Array.from(VARIANTS.values(), ({ feature }) => feature)),
];

function createCompiler(device: GPUDevice, readShader: ReadShader, onProgress?: OnProgress): Gpu["kernel"] {
  const shaders = new Map<string, Promise<ShaderCode>>();
  const kernels = new Map<string, Promise<Kernel>>();
  let compiled = 0;
  const variantOf = (file: string) => {
    const variant = VARIANTS.get(file);
    return variant !== undefined && device.features.has(variant.feature) ? variant : undefined;
  };
  const compile = async (source: ShaderSource, constants: Constants) => {
    const shaderKey = JSON.stringify(source);
    const shader = shaders.get(shaderKey) ?? createShader(device, readShader, source);
    shaders.set(shaderKey, shader);
    const kernel = await createKernel(device, await shader, constants);
    onProgress?.(++compiled, kernels.size);
    return kernel;
  };
  return (name, { weights, includes = [], sizes = {}, constants = {} } = {}) => {
    const prelude = weights === undefined ? [] : [`weights-${weights}`];
    const plain = [...prelude, ...includes, name];
    const variants = plain.map(variantOf);
    const source = {
      files: plain.map((file, index) => variants[index]?.name ?? file),
      extensions: [...new Set(variants.flatMap((variant) => variant?.extension ?? []))],
      sizes,
    };
    const key = JSON.stringify([source, constants]);
    const kernel = kernels.get(key) ?? compile(source, constants);
    kernels.set(key, kernel);
    return kernel;
  };
}

async function createShader(
  device: GPUDevice,
  readShader: ReadShader,
  { files, extensions, sizes }: ShaderSource,
): Promise<ShaderCode> {
  const name = files.at(-1) ?? "";
  const texts = await Promise.all(files.map(readShader));
  const declared = Object.entries(sizes).map(([size, value]) => `const ${size} = ${value}u;\n`);
  const enabled = extensions.map((extension) => `enable ${extension};\n`);
  const code = [...enabled, ...declared, ...texts].join("");
  device.pushErrorScope("validation"); // the caller's device shall not report what is thrown below
  const module = device.createShaderModule({ label: name, code });
  device.popErrorScope().catch(() => undefined);
  const { messages } = await module.getCompilationInfo();
  const error = messages.find(({ type }) => type === "error");
  if (error === undefined) return { name, module, layout: layoutOf(device, name, code) };
  throw new BackendError(
    `The shader ${name}.wgsl does not compile: ${error.message} in the line\n` +
      `  ${code.split("\n")[error.lineNum - 1] ?? ""}\n(line ${error.lineNum} of ${files.join(" + ")}). ` +
      `Report this bug with the name of your GPU and browser.`,
  );
}

const BINDING = /@group\(0\) @binding\((\d+)\) var<(uniform|storage)(?:, (read|read_write))?>/g;

/** Read from the text and not asked of the pipeline, so that pipelines of one shader share their bind groups. */
function layoutOf(device: GPUDevice, label: string, code: string): GPUBindGroupLayout {
  const entries = Array.from(
    code.matchAll(BINDING),
    ([, binding, space, access]): GPUBindGroupLayoutEntry => {
      const type =
        space === "uniform" ? "uniform" : access === "read_write" ? "storage" : "read-only-storage";
      return { binding: Number(binding), visibility: GPUShaderStage.COMPUTE, buffer: { type } };
    },
  );
  return device.createBindGroupLayout({ label, entries });
}

async function createKernel(
  device: GPUDevice,
  { name, module, layout }: ShaderCode,
  constants: Constants,
): Promise<Kernel> {
  try {
    const pipeline = await device.createComputePipelineAsync({
      label: name,
      layout: device.createPipelineLayout({ label: name, bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: "main", constants },
    });
    return { name, pipeline, layout };
  } catch (cause) {
    throw new BackendError(
      `No pipeline can be made of the shader ${name}.wgsl with ${JSON.stringify(constants)} ` +
        `(${cause instanceof Error ? cause.message : String(cause)}). ` +
        `Report this bug with the name of your GPU and browser.`,
      { cause },
    );
  }
}
