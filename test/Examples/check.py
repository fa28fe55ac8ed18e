#!/usr/bin/env python3
"""check.py BIN EXAMPLE FOLDER [NAME=VALUE …]: one example against the oracle, end to end.

1. reference: gradients of the oracle's tape against central differences.
2. fp32: every gradient on the CPU against the oracle: ‖Δ‖ ≤ 2e-5 · max(‖g‖, 1e-6 · ‖all gradients‖), at the initial
   parameters and at others. A gradient that cancels (the scale of what only feeds a norm: the true value is of the order of the
   norm's eps) cannot be had to that precision in fp32 by any program; where the bound is missed, the error must be at most
   twice that of the oracle with every value rounded to fp32, and the tensors are named.
3. bf16: the error of every gradient on the CPU at most twice that of the same program run by the oracle with
   every value rounded to bf16 at the policy's points (and at least what fp32 may show).
4. training: the loss falls; two runs of it write the same bytes.
"""
import json
import math
import random
import struct
import subprocess
import sys
from array import array
from pathlib import Path

BIN, EXAMPLE, OUT = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
OUT.mkdir(parents=True, exist_ok=True)
SETTINGS = {"dim": "48", "layers": "3", "heads": "4", "vocab": "40", **dict(s.split("=") for s in sys.argv[4:])}
SET = [word for name, value in SETTINGS.items() for word in ("--set", f"{name}={value}")]
failures = []


def run(tool, *arguments):
    command = [str(BIN / tool), *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{' '.join(command)}\nexited with {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout


def tensors(path):
    data = Path(path).read_bytes()
    (size,) = struct.unpack_from("<Q", data)
    result = {}
    for name, info in json.loads(data[8:8 + size]).items():
        if name != "__metadata__":
            begin, end = info["data_offsets"]
            values = array({"F32": "f", "F64": "d"}[info["dtype"]])
            values.frombytes(data[8 + size + begin:8 + size + end])
            result[name.removeprefix("grad:")] = values
    return result


def norm(values):
    return math.sqrt(math.fsum(v * v for v in values))


def distance(a, b):
    assert len(a) == len(b)
    return norm(array("d", (x - y for x, y in zip(a, b))))


def floors(exact):
    """max(‖g‖, 1e-6 · ‖all gradients‖) for every gradient."""
    every = math.sqrt(math.fsum(norm(v) ** 2 for name, v in exact.items() if name != "loss"))
    return {name: max(norm(v), 1e-6 * every) for name, v in exact.items()}


def report(what, worst, name, limit):
    verdict = "ok" if worst <= limit else "FAIL"
    print(f"{what}: worst {worst:.3g} of {limit:g} ({name}) {verdict}")
    if verdict == "FAIL":
        failures.append(what)


params, batch = OUT / "params.safetensors", OUT / "batch.safetensors"
run("braid", "init", EXAMPLE, *SET, "-o", params, "--seed", 3)
subprocess.run([sys.executable, Path(__file__).parent / "batch.py", batch, "2", "11", SETTINGS["vocab"]], check=True)



def grad(device, dtype, out):
    run("braid", "run", EXAMPLE, *SET, "--function", "grad", "--device", device, "--dtype", dtype, "--params", params,
        "--inputs", batch, "-o", out)
    return tensors(out)


def derived(dtype, *flags):
    """The gradients of the program that the compiler derived, run by the oracle with its roundings."""
    run("braid", "compile", EXAMPLE, *SET, "--emit", "derived", "--function", "grad", "--dtype", dtype, "-o", OUT / "derived.mlir")
    run("braid-reference", OUT / "derived.mlir", "--interpret", "grad", *flags, "--params", params, "--inputs", batch,
        "-o", OUT / "derived.safetensors")
    return tensors(OUT / "derived.safetensors")


def check_single(what):
    exact = grad("reference", "fp32", OUT / "reference.safetensors")
    single = grad("cpu", "fp32", OUT / "cpu.safetensors")
    assert exact.keys() == single.keys(), exact.keys() ^ single.keys()
    floor = floors(exact)
    errors = {name: distance(exact[name], single[name]) / floor[name] for name in exact}
    errors = {name: error if error == error else math.inf for name, error in errors.items()}
    missed = [name for name, error in errors.items() if error > 2e-5]
    if missed:
        rounded = derived("fp32", "--single")
        print(f"{what}: fp32 cannot resolve {', '.join(missed)}")
        for name in missed:
            errors[name] *= 2e-5 * floor[name] / max(2 * distance(exact[name], rounded[name]), 2e-5 * floor[name])
    worst = max(errors, key=errors.get)
    report(what, errors[worst], worst, 2e-5)
    return exact, floor


check_single("fp32 gradients at the initial parameters")

# Initial values are often special (zero queries, equal lanes): move every parameter a little.
rng = random.Random(7)
raw = bytearray(params.read_bytes())
(size,) = struct.unpack_from("<Q", raw)
values = array("f")
values.frombytes(bytes(raw[8 + size:]))
for i in range(len(values)):
    values[i] += rng.uniform(-0.05, 0.05)
raw[8 + size:] = values.tobytes()
params.write_bytes(raw)

# 1
run("braid", "compile", EXAMPLE, *SET, "--emit", "braid", "-o", OUT / "model.mlir")
text = Path(EXAMPLE).read_text()
if "detach(" not in text:
    # Central differences of a loss near 4: their own error reaches some 1e-6 of a small gradient.
    lines = run("braid-reference", OUT / "model.mlir", "--function", "grad", "--params", params, "--inputs", batch,
                "--finite-differences", 4, "--tol", "2e-5").strip().splitlines()
    print("reference against finite differences:", lines[-1])
    if "PASS" not in lines[-1]:
        failures.append("finite differences")

# 2
exact, floor = check_single("fp32 gradients")

# 3
rounded = derived("bf16")
half = grad("cpu", "bf16", OUT / "bf16.safetensors")
ratios = {}
for name in exact:
    allowed = max(2 * distance(exact[name], rounded[name]), 2e-5 * floor[name])
    error = distance(exact[name], half[name]) / allowed
    ratios[name] = error if error == error else math.inf
worst = max(ratios, key=ratios.get)
report("bf16 gradients, in units of twice the rounded oracle's error", ratios[worst], worst, 1)

# 4
corpus = OUT / "corpus.txt"
corpus.write_text("the quick brown fox jumps over the lazy dog. " * 60)
run("braid", "data", corpus, "--output", OUT / "train.bin")
finals = []
for name in ("first", "second"):
    folder = OUT / name
    subprocess.run(["rm", "-rf", folder], check=True)
    run("braid", "train", EXAMPLE, *SET, "--set", "vocab=256", "--data", OUT / "train.bin", "--out", folder, "--batch", 2, "--tokens", 16,
        "--max-steps", 12, "--warmup", 2, "--lr", 3e-3, "--log-every", 1, "--seed", 5, "--resume", "never")
    losses = [json.loads(line)["loss"] for line in (folder / "metrics.jsonl").read_text().splitlines() if '"loss"' in line]
    finals.append((folder / "checkpoint-12" / "params.safetensors").read_bytes())
print(f"training: loss {losses[0]:.3f} to {losses[-1]:.3f}")
if not losses[-1] < losses[0] - 0.1:
    failures.append("training")
if finals[0] != finals[1]:
    failures.append("two runs differ")

print("FAILED: " + ", ".join(failures) if failures else "all good")
sys.exit(1 if failures else 0)
