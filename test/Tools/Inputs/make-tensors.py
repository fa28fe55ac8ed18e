"""make-tensors.py FILE NAME=DTYPE:SHAPE:FILL …: a safetensors file.

SHAPE is like 2x4 (or `scalar`); FILL is `range` (i modulo 200), a number, or `range,at=INDEX:VALUE`, with any number of `,at=`.
"""
import json
import struct
import sys

formats = {"I32": "i", "I64": "q", "F32": "f", "F64": "d"}
header, body = {}, b""
for item in sys.argv[2:]:
    name, rest = item.split("=", 1)
    dtype, shape, fill = rest.split(":", 2)
    sizes = [] if shape == "scalar" else [int(s) for s in shape.split("x")]
    count = 1
    for size in sizes:
        count *= size
    fill, *changes = fill.split(",at=")
    values = [i % 200 if fill == "range" else float(fill) for i in range(count)]
    for change in changes:
        index, value = change.split(":")
        values[int(index)] = float(value)
    if dtype[0] == "I":
        values = [int(v) for v in values]
    data = struct.pack(f"<{count}{formats[dtype]}", *values)
    header[name] = {"dtype": dtype, "shape": sizes, "data_offsets": [len(body), len(body) + len(data)]}
    body += data
text = json.dumps(header).encode()
open(sys.argv[1], "wb").write(struct.pack("<Q", len(text)) + text + body)
