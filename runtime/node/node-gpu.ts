import { BackendError } from "../errors.ts";
import { WEBGPU_FEATURES } from "../webgpu/gpu.ts";

/** A GPU in Node: Dawn, on the machine's graphics driver. */
export interface NodeGpu {
  readonly device: GPUDevice;
  /** For a person. */
  readonly name: string;
  /** Gives the device up. */
  release(): void;
}

/** Devices must not outlive the instance they come from. */
const instances = new WeakMap<GPUDevice, GPU>();

/**
 * @param flags of Dawn, such as "backend=vulkan" or "enable-dawn-features=..."
 * @param features of the device, where the adapter has them; by default those that make kernels faster
 * @throws BackendError when Dawn is not installed or the machine has no adapter
 */
export async function requestNodeGpu(
  flags: readonly string[] = [],
  features: readonly GPUFeatureName[] = WEBGPU_FEATURES,
): Promise<NodeGpu> {
  const { create, globals } = await importDawn();
  Object.assign(globalThis, globals);
  const instance = create([...flags]);
  const adapter = await instance.requestAdapter();
  if (adapter === null) {
    throw new BackendError(
      "This machine has no WebGPU adapter. Install a graphics driver with Vulkan (VK_ICD_FILENAMES names one), or use " +
        "the onnx backend.",
    );
  }
  const requiredFeatures = features.filter((feature) => adapter.features.has(feature));
  const device = await adapter.requestDevice({ requiredFeatures });
  instances.set(device, instance);
  const { description, device: model, vendor } = adapter.info;
  return {
    device,
    name: description || model || vendor || "an unnamed adapter",
    release: () => device.destroy(),
  };
}

async function importDawn(): Promise<typeof import("webgpu")> {
  try {
    return await import("webgpu");
  } catch (cause) {
    throw new BackendError(
      `WebGPU for Node could not be loaded (${cause instanceof Error ? cause.message : String(cause)}). ` +
        `Install the package "webgpu", or use the onnx backend.`,
      { cause },
    );
  }
}
