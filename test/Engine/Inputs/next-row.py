"""next-row.py FOLDER MODEL [NAME=VALUE …]: @next of compiled code against the rows of @logits, for a first, a middle and the last token."""
import json
import os
import struct
import subprocess
import sys
from array import array

folder, model, *settings = sys.argv[1:]
os.makedirs(folder, exist_ok=True)
options = [word for setting in settings for word in ("--set", setting)]
time = 11


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, (command, done.stdout, done.stderr)


def read(name):
    data = open(f"{folder}/{name}", "rb").read()
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + size])
    header.pop("__metadata__", None)
    return {k: (v, data[8 + size + v["data_offsets"][0] : 8 + size + v["data_offsets"][1]]) for k, v in header.items()}


def write(name, tensors):
    header, body = {}, b""
    for key, (info, data) in tensors.items():
        header[key] = {"dtype": info["dtype"], "shape": info["shape"], "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(header).encode()
    open(f"{folder}/{name}", "wb").write(struct.pack("<Q", len(text)) + text + body)


def ids(values):
    return {"dtype": "I32", "shape": [1, time]}, array("i", values).tobytes()


def floats(data):
    result = array("f")
    result.frombytes(data)
    return list(result)


inputs = {"tokens": ids([(5 * t + t * t) % 13 for t in range(time)])}
if "document: id" in open(model).read():
    inputs["document"] = ids([t // 4 for t in range(time)])
write("i", inputs)
run("braid", "init", model, *options, "--seed", "3", "-o", f"{folder}/p")
run("braid", "run", model, *options, "--params", f"{folder}/p", "--inputs", f"{folder}/i", "-o", f"{folder}/logits", "--seed", "5")
run("braid", "compile", model, *options, "--functions", "next", "--emit", "host", "-o", f"{folder}/next.mlir")
logits = floats(read("logits")["logits"][1])
classes = len(logits) // time
largest = max(map(abs, logits))
for chosen in (0, 4, time - 1):
    externals = {"in:" + name: value for name, value in inputs.items()}
    externals |= {"param:" + path: value for path, value in read("p").items()}
    externals["in:token.chosen"] = ids([0 if t == chosen else -1 for t in range(time)])
    externals["draw"] = {"dtype": "I32", "shape": [4]}, array("i", [5, 0, 0, 0]).tobytes()
    write("x", externals)
    run("braid-run-host", f"{folder}/next.mlir", "--function", "next", "--time", str(time), "--inputs", f"{folder}/x", "-o", f"{folder}/y", "--check")
    found = floats(read("y")["out:logits"][1])
    wanted = logits[chosen * classes : (chosen + 1) * classes]
    error = max(abs(a - b) for a, b in zip(found, wanted))
    assert len(found) == classes and error <= 2e-6 * largest, (chosen, len(found), error, largest)
