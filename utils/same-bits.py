#!/usr/bin/env python3
"""Says whether two builds compute the same bits: for a change that must not alter any.

    utils/same-bits.py OTHER [NAME…] [--steps 20] [--dtype fp32|bf16]

OTHER is a checkout with a build in build/. Every example that both have, or those named, with the text it has in this checkout: loss and
every gradient on random tokens, then some steps of training, whose metrics and parameters are compared number by number.
Bits depend on the processor and the number of threads, so both builds run here and now. The exit code is 1 if one differs.
"""
import argparse
import array
import hashlib
import json
import random
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Of an example's sizes, those that it has. Widths are no powers of two, and there are several groups and blocks.
SIZES = {"layers": 5, "dim": 48, "heads": 4, "vocab": 256}


def tensors(path):
    """name -> digest of a tensor's format, shape and bytes."""
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    return {name: hashlib.sha256(repr((t["dtype"], t["shape"])).encode() + data[8 + length + t["data_offsets"][0]:8 + length + t["data_offsets"][1]]).hexdigest()
            for name, t in json.loads(data[8:8 + length]).items() if name != "__metadata__"}


def metrics(path):
    """Loss and norm of every step: what is measured of time and memory is left out."""
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return {f"{i}.{key}": value for i, line in enumerate(lines) for key, value in line.items() if any(word in key for word in ("loss", "norm", "bits"))}


def run(*command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stderr}")


def results(root, example, sizes, folder, dtype, steps):
    program, braid = ROOT / f"examples/{example}.braid", root / "build/bin/braid"
    run(braid, "run", program, *sizes, "--function", "grad", "--dtype", dtype, "--inputs", folder / "batch.safetensors", "-o", folder / "grad.safetensors")
    found = {f"grad: {k}": v for k, v in tensors(folder / "grad.safetensors").items()}
    out = folder / root.name / f"{example}-{dtype}"
    run(braid, "train", program, *sizes, "--data", folder / "data.bin", "--out", out, "--resume", "never", "--dtype", dtype, "--batch", 3, "--tokens", 40,
        "--accumulate", 2, "--max-steps", steps, "--warmup", 4, "--log-every", 1, "--eval-every", 0)
    found |= {f"metrics: {k}": v for k, v in metrics(out / "metrics.jsonl").items()}
    for file in sorted(out.rglob("*.safetensors")):
        found |= {f"{file.relative_to(out)}: {k}": v for k, v in tensors(file).items()}
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("other", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--dtype", choices=["fp32", "bf16"], action="append", help="both by default")
    args = parser.parse_args()
    roots = {"this": ROOT, "other": args.other.resolve()}
    different = 0
    with tempfile.TemporaryDirectory() as temporary:
        temporary = Path(temporary)
        run(sys.executable, ROOT / "test/Examples/batch.py", temporary / "batch.safetensors", 2, 37, SIZES["vocab"])
        rng = random.Random(1)
        words = [[rng.randrange(SIZES["vocab"]) for _ in range(rng.randrange(2, 9))] for _ in range(50)]
        tokens = [t for _ in range(4000) for t in rng.choice(words)]
        (temporary / "data.bin").write_bytes(array.array("H", tokens).tobytes())
        # Examples that are newer than the other build use words that it may not know.
        both = sorted(p.stem for p in (ROOT / "examples").glob("*.braid") if (args.other / "examples" / p.name).exists())
        for example in args.names or both:
            text = (ROOT / f"examples/{example}.braid").read_text()
            sizes = [part for name, value in SIZES.items() if f"{name}" in text.split("}")[0] for part in ("--set", f"{name}={value}")]
            for dtype in args.dtype or ["fp32", "bf16"]:
                found = {}
                for which, root in roots.items():
                    folder = temporary / which
                    folder.mkdir(exist_ok=True)
                    for shared in ("batch.safetensors", "data.bin"):
                        (folder / shared).write_bytes((temporary / shared).read_bytes())
                    found[which] = results(root, example, sizes, folder, dtype, args.steps)
                names = found["this"].keys() | found["other"].keys()
                off = sorted(n for n in names if found["this"].get(n) != found["other"].get(n))
                different += bool(off)
                print(f"{example} {dtype}: " + (f"{len(off)} of {len(names)} differ, {off[0]} first" if off else f"{len(names)} the same"), flush=True)
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
