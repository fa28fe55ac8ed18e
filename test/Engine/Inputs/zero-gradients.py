"""zero-gradients.py GRADIENTS…: twice the gradients of zero-gradients.braid against derivatives written by hand."""
import json
import math
import struct
import sys

expected = {
    # A branch that is not taken, or a factor of 0, contributes 0.
    "norm": [1000] * 3, "softplus": [0.001], "sinc": [0], "floor": [0], "negative": [0], "overflow": [0], "chained": [0],
    "entropy": [0], "length": [0] * 3, "root_square": [0], "root_abs": [0], "numerator": [0], "denominator": [0],
    "factor": [0], "under_root": [0], "inverse": [0], "base": [0], "exponent": [0], "hits": [0, 1, 0],
    "entropies": [0, 1, 0], "twice": [0],
    # Equal operands share, whichever is first; equal elements share.
    "max_first": [0.5], "max_second": [0.5], "min_first": [0.5], "min_second": [0.5], "max_left": [0.5],
    "max_right": [0.5], "min_left": [0.5], "min_right": [0.5], "itself": [1], "most": [1 / 3] * 3, "least": [1 / 3] * 3,
    "rectified": [0], "absolute": [0],
}

failed = 0
for path in sys.argv[1:]:
    data = open(path, "rb").read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    found = {}
    for name, entry in header.items():
        if name not in ("__metadata__", "loss"):
            raw = data[8 + length :][slice(*entry["data_offsets"])]
            code = {"F32": "f", "F64": "d"}[entry["dtype"]]
            found[name] = [2 * x for x in struct.unpack(f"<{len(raw) // struct.calcsize(code)}{code}", raw)]
    for name, wanted in expected.items():
        got = found.get(name, [math.nan])
        if len(got) != len(wanted) or not all(abs(a - b) <= 1e-5 * max(1, abs(b)) for a, b in zip(got, wanted)):
            print(f"{path}: {name} has the derivative {got}, not {wanted}")
            failed = 1
    failed |= found.keys() != expected.keys()
print("FAIL" if failed else f"PASS: {len(expected)} gradients of {len(sys.argv) - 1} files")
sys.exit(failed)
