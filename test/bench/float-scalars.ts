/** A scalar TensorProto: data_type (field 2) is DOUBLE, raw_data (field 9) has 8 bytes. */
const DOUBLE_SCALAR = [0x10, 11, 0x4a, 8];
const FLOAT_SCALAR = [0x10, 1, 0x4a, 4];
/** A doc_string (field 12) of two spaces, which fills what the smaller number leaves. */
const FILLER = [0x62, 2, 0x20, 0x20];

/**
 * A copy of an ONNX graph whose double scalars are floats; its length stays. PyTorch exports the bounds of `clamp` as
 * doubles and a Cast to float, and the WebGPU build of onnxruntime-web 1.30 has no kernel for that Cast ("Provider type
 * for Cast node is not set"). May go when the exported graphs have none, or onnxruntime takes them.
 */
export function withFloatScalars(graph: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(graph);
  const view = new DataView(copy.buffer);
  const size = DOUBLE_SCALAR.length + 8;
  for (let at = copy.indexOf(DOUBLE_SCALAR[0]!); at !== -1; at = copy.indexOf(DOUBLE_SCALAR[0]!, at + 1)) {
    if (at + size > copy.length || !DOUBLE_SCALAR.every((byte, index) => copy[at + index] === byte)) continue;
    const value = view.getFloat64(at + DOUBLE_SCALAR.length, true);
    copy.set(FLOAT_SCALAR, at);
    view.setFloat32(at + FLOAT_SCALAR.length, value, true);
    copy.set(FILLER, at + FLOAT_SCALAR.length + 4);
  }
  return copy;
}
