"""Safetensors of ids and of fp32 numbers, read and written without a library."""
import json
import struct
from array import array


def read(path):
    """Shapes and numbers of the fp32 tensors."""
    data = open(path, "rb").read()
    (size,) = struct.unpack("<Q", data[:8])
    result = {}
    for key, info in json.loads(data[8 : 8 + size]).items():
        if info.get("dtype") == "F32":
            numbers = array("f")
            numbers.frombytes(data[8 + size + info["data_offsets"][0] : 8 + size + info["data_offsets"][1]])
            result[key] = (info["shape"], numbers)
    return result


def write(path, tensors):
    """From (dtype, shape, array) by name."""
    header, body = {}, b""
    for key, (dtype, shape, numbers) in tensors.items():
        header[key] = {"dtype": dtype, "shape": shape, "data_offsets": [len(body), len(body) + 4 * len(numbers)]}
        body += numbers.tobytes()
    text = json.dumps(header).encode()
    open(path, "wb").write(struct.pack("<Q", len(text)) + text + body)


def write_ids(path, inputs):
    """Rows of ids by name."""
    write(path, {key: ("I32", [len(rows), len(rows[0])], array("i", [id for row in rows for id in row])) for key, rows in inputs.items()})


def write_floats(path, tensors):
    write(path, {key: ("F32", shape, array("f", numbers)) for key, (shape, numbers) in tensors.items()})
