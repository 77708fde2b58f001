"""Writes a network as an ONNX file without weights: they stay in the safetensors file."""

import numpy as np
import onnx
import torch
from onnx import numpy_helper

OPSET = 17


def export_graph(graph, example, path, weights_name, stored):
    """ONNX file whose initialisers stand in the safetensors file: f16 external data followed by a Cast."""
    graph.eval()
    for module in graph.modules():  # so that computed tables stay initialisers and are not folded into constants
        module._non_persistent_buffers_set.clear()
    torch.onnx.export(
        graph,
        tuple(example[name] for name in graph.inputs),
        str(path),
        input_names=list(graph.inputs),
        output_names=list(graph.outputs),
        dynamic_axes=graph.dynamic,
        opset_version=OPSET,
        do_constant_folding=False,
    )
    model = onnx.load(str(path))
    casts = []
    for tensor in model.graph.initializer:
        name = tensor.name[len("model.") :] if tensor.name.startswith("model.") else tensor.name
        if name in stored:
            casts.append(move_outside(tensor, stored[name], weights_name))
    nodes = [with_float_scalars(node) for node in model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(casts + nodes)
    path.write_bytes(model.SerializeToString())


def with_float_scalars(node):
    """A Constant in f64, as torch exports the bounds of `clamp`, becomes one in f32: WebGPU has no f64."""
    for attribute in node.attribute:
        if node.op_type == "Constant" and attribute.t.data_type == onnx.TensorProto.DOUBLE:
            attribute.t.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(attribute.t).astype(np.float32)))
    return node


def move_outside(tensor, place, weights_name):
    """Turns an f32 initialiser into a reference to its f16 copy; returns the Cast back to f32."""
    offset, length, kind, _ = place
    name = tensor.name
    tensor.ClearField("raw_data")
    tensor.ClearField("float_data")
    tensor.name = name + ".stored"
    tensor.data_type = {"F16": onnx.TensorProto.FLOAT16, "F32": onnx.TensorProto.FLOAT}[kind]
    tensor.data_location = onnx.TensorProto.EXTERNAL
    del tensor.external_data[:]
    for key, value in (("location", weights_name), ("offset", offset), ("length", length)):
        tensor.external_data.add(key=key, value=str(value))
    return onnx.helper.make_node("Cast", [tensor.name], [name], to=onnx.TensorProto.FLOAT)
