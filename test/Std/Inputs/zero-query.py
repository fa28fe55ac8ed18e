"""zero-query.py ATTENTION EQUIVALENT PLAIN: losses and gradients (safetensors) of three programs; see zero-query.test."""
import json
import struct
import sys
from array import array


def tensors(path):
    data = open(path, "rb").read()
    (size,) = struct.unpack_from("<Q", data)
    result = {}
    for name, info in json.loads(data[8:8 + size]).items():
        if name != "__metadata__":
            values = array({"F32": "f", "F64": "d"}[info["dtype"]])
            values.frombytes(data[8 + size + info["data_offsets"][0]:8 + size + info["data_offsets"][1]])
            result[name.removeprefix("grad:")] = values
    return result


found, equivalent, plain = map(tensors, sys.argv[1:])
shared = found.keys() & equivalent.keys()
# What attention over depth adds: a query and a gain at every site.
assert all("depth_attention" in name for name in found.keys() - shared) and equivalent.keys() == shared
worst = max(max(abs(a - b) for a, b in zip(found[n], equivalent[n])) / max(map(abs, equivalent[n])) for n in shared)
allowed = abs(equivalent["loss"][0] - plain["loss"][0])
moved = abs(found["loss"][0] - plain["loss"][0])
print(f"worst relative difference {worst:.1e}; loss moved by {moved:.3e}, eps allows {allowed:.3e}")
sys.exit(not (worst <= 1e-12 and 0 < moved <= allowed * (1 + 1e-6) + 1e-12))
