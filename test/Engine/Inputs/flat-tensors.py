"""flat-tensors.py flatten FILE.safetensors HEADER.h PREFIX OUT: the tensors that HEADER lists as PREFIX:<name>, one after another.
flat-tensors.py text LENGTH TEXT FILE.safetensors: a text of that many bytes, and the same as tokens and targets."""
import json
import re
import struct
import sys


def read(path):
    data = open(path, "rb").read()
    (length,) = struct.unpack("<Q", data[:8])
    body = data[8 + length :]
    return {k: body[v["data_offsets"][0] : v["data_offsets"][1]] for k, v in json.loads(data[8 : 8 + length]).items() if k != "__metadata__"}


if sys.argv[1] == "flatten":
    _, _, source, header, prefix, out = sys.argv
    tensors = read(source)
    names = re.findall(rf"\] {prefix}:(\S+):", open(header).read())
    assert names
    open(out, "wb").write(b"".join(tensors[name] for name in names))
else:
    _, _, length, out, file = sys.argv
    text = bytes((i * 37 + i * i) % 251 for i in range(int(length)))
    open(out, "wb").write(text)
    body = struct.pack(f"<{2 * (len(text) - 1)}i", *text[:-1], *text[1:])
    half = len(body) // 2
    header = json.dumps({name: {"dtype": "I32", "shape": [1, len(text) - 1], "data_offsets": [half * i, half * (i + 1)]}
                         for i, name in enumerate(("tokens", "targets"))}).encode()
    open(file, "wb").write(struct.pack("<Q", len(header)) + header + body)
