"""show-tensors.py FILE: the name, type and shape of every tensor, sorted by name."""
import json
import struct
import sys

data = open(sys.argv[1], "rb").read()
(length,) = struct.unpack("<Q", data[:8])
header = json.loads(data[8 : 8 + length])
for name in sorted(header):
    if name != "__metadata__":
        print(name, header[name]["dtype"], header[name]["shape"])
