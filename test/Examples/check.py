#!/usr/bin/env python3
"""check.py BIN EXAMPLE FOLDER [NAME=VALUE …]: one example against the oracle, end to end.

1. reference: gradients of the oracle's tape against central differences.
2. fp32: every gradient on the CPU against the oracle: ‖Δ‖ ≤ 2e-5 · max(‖g‖, 1e-6 · ‖all gradients‖), at the initial
   parameters and at others. A gradient that cancels (the scale of what only feeds a norm: its true value is of the order of the
   norm's eps) cannot be had to that precision in fp32 by any program. Where the bound is missed the tensor is named, and its
   error is held against that of plain fp32 arithmetic: the oracle with every value and every partial sum rounded to fp32. Both
   are noise of the same size, in tensors of as few as one number, so a factor of eight lies between "the same" and "wrong";
   and 1e-9 of all gradients, a sixtieth of fp32's rounding of their norm, is never called wrong.
3. bf16: the error of every gradient on the CPU at most twice that of the same program run by the oracle with
   every value rounded to bf16 at the policy's points (or what 2. allows, where that is more; eight times for what cancels).
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


def norms(exact):
    """The norm of all gradients, and max(‖g‖, 1e-6 · that) for every gradient."""
    every = math.sqrt(math.fsum(norm(v) ** 2 for name, v in exact.items() if name != "loss"))
    return every, {name: max(norm(v), 1e-6 * every) for name, v in exact.items()}


def report(what, errors, allowed):
    ratios = {name: error / allowed[name] if error == error else math.inf for name, error in errors.items()}
    worst = max(ratios, key=ratios.get)
    verdict = "ok" if ratios[worst] <= 1 else "FAIL"
    print(f"{what}: worst {ratios[worst]:.3f} of what is allowed ({worst}) {verdict}")
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
    """Returns the exact gradients, the error that fp32 may show in each, and the names of those that cancel."""
    exact = grad("reference", "fp32", OUT / "reference.safetensors")
    single = grad("cpu", "fp32", OUT / "cpu.safetensors")
    assert exact.keys() == single.keys(), exact.keys() ^ single.keys()
    every, floor = norms(exact)
    errors = {name: distance(exact[name], single[name]) for name in exact}
    allowed = {name: 2e-5 * floor[name] for name in exact}
    missed = [name for name in exact if not errors[name] <= allowed[name]]
    plain = derived("fp32", "--single")
    for name in exact:
        if name in missed:
            allowed[name] = max(allowed[name], 8 * distance(exact[name], plain[name]), 1e-9 * every)
    if missed:
        print(f"{what}: fp32 cannot resolve {', '.join(missed)}")
    report(what, errors, allowed)
    return exact, {name: max(allowed[name], 2 * distance(exact[name], plain[name])) for name in exact}, missed


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
exact, noise, cancelling = check_single("fp32 gradients")

# 3
rounded = derived("bf16")
half = grad("cpu", "bf16", OUT / "bf16.safetensors")
report("bf16 gradients", {name: distance(exact[name], half[name]) for name in exact},
       {name: max((8 if name in cancelling else 2) * distance(exact[name], rounded[name]), noise[name]) for name in exact})

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
