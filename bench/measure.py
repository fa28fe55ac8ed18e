"""What bench/run and bench/builds measure, of a checkout with a build in build/."""
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SIZE = ["--set", "vocab=256", "--set", "dim=768", "--set", "heads=12"]
SETTINGS = {"attnres_block": ["--set", "group=6"]}


def commit(root):
    git = shutil.which("git")
    return subprocess.run([git, "-C", root, "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip() if git else ""


def machine():
    cpu = next((l.split(":", 1)[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), platform.processor())
    flags = next((l for l in open("/proc/cpuinfo") if l.startswith("flags")), "")
    return {"cpu": cpu, "simd": [f for f in ("avx2", "avx512f", "amx_tile") if f" {f} " in flags + " "], "cores": os.cpu_count()}


def results(what, cpu):
    return ROOT / "bench/results" / f"{what}-{cpu.replace(' ', '-').replace('(', '').replace(')', '')}.json"


def braid(root):
    return root / "build/bin/braid"


def step(root, name, layers, batch, reps, *more):
    """What `braid bench` says of an example's training step with sequences of 512 tokens; 0 reps: it compiles and allocates nothing."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        subprocess.run([braid(root), "bench", root / f"examples/{name}.braid", *SETTINGS.get(name, []), *SIZE, "--set", f"layers={layers}",
                        "--function", "step", "--batch", str(batch), "--tokens", "512", "--reps", str(reps), *more, "--json", out.name],
                       check=True, stdout=sys.stderr)
        return json.load(open(out.name))


def extend(root, name, batch, tokens, past, reps, function="extend"):
    """What `braid bench` says of the 12-layer model's next tokens after `past` others, or of `function` over as many."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        subprocess.run([braid(root), "bench", root / f"examples/{name}.braid", *SETTINGS.get(name, []), *SIZE, "--set", "layers=12",
                        "--function", function, "--batch", str(batch), "--tokens", str(tokens), *(["--past", str(past)] if past else []),
                        "--reps", str(reps), "--warmup", "3", "--json", out.name], check=True, stdout=sys.stderr)
        return json.load(open(out.name))


def recurrent(root, name, function, reps, *more):
    """What `braid bench` says of a model of 6 layers of 384 numbers with 4 sequences of 512 tokens."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        subprocess.run([braid(root), "bench", root / f"examples/{name}.braid", "--set", "layers=6", "--set", "heads=6", "--function", function,
                        "--batch", "4", "--tokens", "512", "--reps", str(reps), *more, "--json", out.name], check=True, stdout=sys.stderr)
        return json.load(open(out.name))


def ptx(root, name):
    """Seconds from an example's text to the PTX of all row kernels of gradient and step, 12 layers, bf16."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.monotonic()
        subprocess.run([braid(root), "compile", root / f"examples/{name}.braid", *SIZE, "--set", "layers=12", "--functions", "grad,step",
                        "--dtype", "bf16", "--target", "sm_90a", "--emit", "ptx", "--no-cache", "-o", folder + "/out.ptx"], check=True)
        return time.monotonic() - start
