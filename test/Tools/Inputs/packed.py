"""packed.py MODEL FOLDER [NAME=VALUE …]: documents packed into one sequence against each of them alone.

Every logit is the same, and the loss is that of the logits, up to the error of a rotary angle: a document that begins later turns
queries and keys further. In one document they are not: the segments are seen to matter. Leaves p.safetensors, and
turns.safetensors: inputs in which three documents take turns.
"""
import json
import math
import random
import struct
import subprocess
import sys
from array import array
from pathlib import Path

MODEL, OUT = sys.argv[1], Path(sys.argv[2])
SET = [word for setting in sys.argv[3:] for word in ("--set", setting)]
OUT.mkdir(parents=True, exist_ok=True)
LENGTHS = [70, 1, 5, 64, 33]  # beside a tile of 64


def write(path, tokens, targets, documents):
    n = len(tokens)
    header = json.dumps({name: {"dtype": "I32", "shape": [1, n], "data_offsets": [4 * n * i, 4 * n * (i + 1)]}
                         for i, name in enumerate(("tokens", "targets", "document"))}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header + struct.pack(f"<{3 * n}i", *tokens, *targets, *documents))


def enlarge(path):
    """Weights begin so small that attention hardly chooses."""
    data = bytearray(path.read_bytes())
    (size,) = struct.unpack_from("<Q", data)
    for name, info in json.loads(data[8:8 + size]).items():
        if name.endswith(".weight"):
            begin, end = (8 + size + offset for offset in info["data_offsets"])
            values = array("f", bytes(data[begin:end]))
            data[begin:end] = array("f", (15 * v for v in values)).tobytes()
    path.write_bytes(data)


def run(device, function, tokens, targets, documents):
    write(OUT / "i.safetensors", tokens, targets, documents)
    subprocess.run(["braid", "run", MODEL, *SET, "--function", function, "--device", device, "--params", OUT / "p.safetensors",
                    "--inputs", OUT / "i.safetensors", "-o", OUT / "o.safetensors"], check=True, stdout=subprocess.DEVNULL)
    data = (OUT / "o.safetensors").read_bytes()
    (size,) = struct.unpack_from("<Q", data)
    info = json.loads(data[8:8 + size])[function]
    values = array({"F32": "f", "F64": "d"}[info["dtype"]])
    values.frombytes(data[8 + size + info["data_offsets"][0]:8 + size + info["data_offsets"][1]])
    return list(values)


def distance(a, b):
    assert len(a) == len(b)
    return math.dist(a, b) / math.hypot(*a)


rng = random.Random(1)
subprocess.run(["braid", "init", MODEL, *SET, "-o", OUT / "p.safetensors"], check=True)
enlarge(OUT / "p.safetensors")
tokens = [[rng.randrange(256) for _ in range(n)] for n in LENGTHS]
targets = [[rng.randrange(256) for _ in range(n)] for n in LENGTHS]
# Numbers in any order.
numbers = [9, 4, 0, 7, 2]
inputs = sum(tokens, []), sum(targets, []), [d for d, n in zip(numbers, LENGTHS) for _ in range(n)]
failed = False
for device, allowed in ("reference", 1e-12), ("cpu", 1e-5):
    alone = [run(device, "logits", t, y, [0] * len(t)) for t, y in zip(tokens, targets)]
    packed = run(device, "logits", *inputs)
    mixed = distance(packed, run(device, "logits", *inputs[:2], [0] * len(inputs[0])))
    rows, classes = sum(alone, []), len(packed) // sum(LENGTHS)
    nats = [math.log(math.fsum(map(math.exp, rows[i * classes:(i + 1) * classes]))) - rows[i * classes + y]
            for i, y in enumerate(inputs[1])]
    error = distance(rows, packed)
    expected = math.fsum(nats) / len(nats)
    loss = abs(run(device, "loss", *inputs)[0] - expected) / expected
    good = error <= allowed and loss <= allowed and mixed > 1e-2
    failed |= not good
    print(f"{device}: logits differ by {error:.1e}, losses by {loss:.1e}, in one document by {mixed:.1e} {'ok' if good else 'FAIL'}")
write(OUT / "turns.safetensors", *inputs[:2], [rng.randrange(3) for _ in inputs[0]])
sys.exit(failed)
