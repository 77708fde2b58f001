"""The safetensors format, the part used here: f32, f16 and i32 tensors, no metadata."""

import json
import struct

import numpy as np

TYPES = {np.dtype(np.float32): "F32", np.dtype(np.float16): "F16", np.dtype(np.int32): "I32"}
DTYPES = {name: dtype for dtype, name in TYPES.items()}


def write_safetensors(path, tensors):
    """tensors: name -> numpy array. Returns name -> (offset in the file, bytes, type name, shape)."""
    header, parts, offset = {}, [], 0
    for name, array in tensors.items():
        data = np.ascontiguousarray(array).tobytes()
        header[name] = {"dtype": TYPES[array.dtype], "shape": list(array.shape), "data_offsets": [offset, offset + len(data)]}
        parts.append(data)
        offset += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(parts))
    first = 8 + len(text)
    return {
        name: (first + entry["data_offsets"][0], entry["data_offsets"][1] - entry["data_offsets"][0], entry["dtype"], entry["shape"])
        for name, entry in header.items()
    }


def read_safetensors(path):
    """name -> numpy array."""
    with open(path, "rb") as file:
        size = struct.unpack("<Q", file.read(8))[0]
        header, data = json.loads(file.read(size)), file.read()
    return {
        name: np.frombuffer(data[slice(*entry["data_offsets"])], DTYPES[entry["dtype"]]).reshape(entry["shape"])
        for name, entry in header.items()
    }
