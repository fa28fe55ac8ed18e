"""Writes one safetensors file, good or hostile: hostile.py CASE PATH."""

import json
import struct
import sys

case, path = sys.argv[1:]


def tensor(dtype="F32", shape=(2,), begin=0, end=8, **more):
    return dict(dtype=dtype, shape=list(shape), data_offsets=[begin, end], **more)


def two(begin, end):
    return {"a": tensor(), "b": tensor(begin=begin, end=end)}


good = json.dumps({"__metadata__": {"model": "x"}, "a": tensor(), "b": tensor("I64", (), 8, 16)})
big = 1 << 40
# case: (header, size of the data)
headers = {
    "good": (good, 16),
    "empty-tensor": (json.dumps({"a": tensor(shape=(0, 1 << 50, 1 << 50), end=0)}), 0),
    "nothing": ("{}", 0),
    "not-json": ('{"a": ', 8),
    "trailing-text": ("{} x", 0),
    "not-an-object": ("[1]", 0),
    "number-for-tensor": ('{"a": 1}', 8),
    "deep": ('{"a": {"dtype": ' + "[" * 100000, 8),
    "deep-shape": ('{"a": {"shape": [[1]]}}', 8),
    "duplicate": ('{"a": %s, "a": %s}' % ((json.dumps(tensor()),) * 2), 8),
    "duplicate-member": ('{"a": {"dtype": "F32", "dtype": "F32"}}', 8),
    "duplicate-metadata": ('{"__metadata__": {"x": "1", "x": "2"}}', 0),
    "metadata-type": ('{"__metadata__": {"x": 1}}', 0),
    "dtype": (json.dumps({"a": tensor("F33")}), 8),
    "dtype-type": ('{"a": {"dtype": 1}}', 8),
    "no-shape": ('{"a": {"dtype": "F32", "data_offsets": [0, 8]}}', 8),
    "unknown-member": (json.dumps({"a": tensor(x=1)}), 8),
    "negative": (json.dumps({"a": tensor(shape=(-2,))}), 8),
    "fraction": (json.dumps({"a": tensor(shape=(1.5,))}), 8),
    "huge-number": ('{"a": {"shape": [123456789012345678901234567890]}}', 8),
    "overflow": (json.dumps({"a": tensor(shape=(big, big))}), 8),
    "one-offset": ('{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0]}}', 8),
    "three-offsets": ('{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8, 8]}}', 8),
    "reversed": (json.dumps({"a": tensor(shape=(2,), begin=8, end=0)}), 8),
    "outside": (json.dumps({"a": tensor(shape=(4,), end=16)}), 8),
    "overlap": (json.dumps(two(4, 12)), 16),
    "gap": (json.dumps(two(12, 20)), 20),
    "wrong-size": (json.dumps({"a": tensor(shape=(3,))}), 8),
    "rest": (json.dumps({"a": tensor()}), 12),
    "name": (json.dumps({"\x1b[31m" + "x" * 1000: tensor("F33")}), 8),
    "bad-utf8": (b'{"\xff": {}}', 0),
}

if case == "empty":
    data = b""
elif case == "short":
    data = b"1234"
elif case == "long-header":
    data = struct.pack("<Q", 1 << 63) + b"{}"
else:
    header, size = headers[case]
    header = header if isinstance(header, bytes) else header.encode()
    data = struct.pack("<Q", len(header)) + header + bytes(range(size))
with open(path, "wb") as file:
    file.write(data)
