"""equal-tensors.py A B: which tensors of two safetensors files have the same bytes."""
import json
import struct
import sys


def read(path):
    data = open(path, "rb").read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    body = data[8 + length :]
    return {k: body[v["data_offsets"][0] : v["data_offsets"][1]] for k, v in header.items() if k != "__metadata__"}


a, b = read(sys.argv[1]), read(sys.argv[2])
for name in sorted(a.keys() | b.keys()):
    print("equal" if a.get(name) == b.get(name) else "differs", name)
