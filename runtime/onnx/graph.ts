import * as ort from "onnxruntime-web";
import { BackendError } from "../errors.ts";
import { GRAPH_FILES, type GraphName } from "./files.ts";

export type Tensors = Readonly<Record<string, ort.Tensor>>;

/** One exported network. */
export interface Graph {
  /** @throws BackendError when the runtime fails or gives no such output */
  readonly run: (inputs: Tensors) => Promise<(output: string) => ort.Tensor>;
  readonly release: () => Promise<void>;
}

/**
 * Compiles a graph; its weights are read from the safetensors bytes.
 * @throws BackendError when onnxruntime refuses it
 */
export async function createGraph(name: GraphName, graph: Uint8Array, tensors: Uint8Array): Promise<Graph> {
  const externalData = [{ path: GRAPH_FILES[name].tensors, data: tensors }];
  const options = { executionProviders: ["wasm"], externalData };
  const create = () => ort.InferenceSession.create(graph, options);
  const session = await explained(`load ${GRAPH_FILES[name].graph}`, afterOtherLoads(create));
  return {
    async run(inputs) {
      const outputs = await explained(`run ${GRAPH_FILES[name].graph}`, session.run(inputs));
      return (output) => {
        const tensor = outputs[output];
        if (tensor !== undefined) return tensor;
        throw new BackendError(
          `${GRAPH_FILES[name].graph} has no output "${output}". Export the weights again.`,
        );
      };
    },
    release: () => session.release(),
  };
}

let lastLoad: Promise<unknown> = Promise.resolve();

/**
 * onnxruntime-web 1.30 keeps one list of external data for all sessions and clears it after each (`unmountExternalData`
 * in its wasm-core-impl.ts), so sessions made side by side lose their weights. May go when it no longer does.
 */
function afterOtherLoads<T>(load: () => Promise<T>): Promise<T> {
  const loaded = lastLoad.then(load);
  lastLoad = loaded.catch(() => undefined);
  return loaded;
}

async function explained<T>(what: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new BackendError(
      `onnxruntime could not ${what} (${cause instanceof Error ? cause.message : String(cause)}). ` +
        `Check that the weights belong together and that memory is left.`,
      { cause },
    );
  }
}

export function floatTensor(data: Float32Array, shape: readonly number[]): ort.Tensor {
  return new ort.Tensor("float32", data, shape);
}

export function intTensor(data: Int32Array, shape: readonly number[]): ort.Tensor {
  return new ort.Tensor("int32", data, shape);
}

/** All values of an f32 tensor, row-major. */
export function floatsOf(tensor: ort.Tensor): Float32Array {
  return tensor.data as Float32Array;
}
