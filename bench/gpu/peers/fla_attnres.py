#!/usr/bin/env python3
"""Times the attention over depth of flash-linear-attention (fla.ops.attnres, Triton) at the sizes of bench/gpu/run.

Its wheel (fla_core) and that of einops may lie beside this file; torch and triton must be installed. Exits with 1 and a line
that says what is missing otherwise.
"""
import argparse
import json
import statistics
import sys
import tempfile
import zipfile
from pathlib import Path

SHAPES = [("forward", 9, 8192, 7168), ("forward", 5, 1024, 7168), ("forward", 10, 32768, 4096), ("forward", 9, 8192, 1168),
          ("forward and backward", 10, 32768, 4096)]

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--reps", type=int, default=50)
parser.add_argument("--json", metavar="FILE")
arguments = parser.parse_args()

# Triton reads the source of its kernels, so the wheels are unpacked.
unpacked = tempfile.TemporaryDirectory()
for wheel in Path(__file__).resolve().parent.glob("*.whl"):
    zipfile.ZipFile(wheel).extractall(unpacked.name)
sys.path.append(unpacked.name)
try:
    import torch
    import triton
    import fla
    from fla.ops.attnres import fused_attnres
except Exception as error:  # a version that does not fit fails in many ways
    sys.exit(f"fla cannot be imported: {error}")
if not torch.cuda.is_available():
    sys.exit("torch sees no GPU")


def sets_of(entries, tokens, width, backward):
    """The operands several times, so that none of them is in the cache when its turn comes."""
    count = max(1, min(8, (512 << 20) // (entries * tokens * width * 2) + 1))
    made = []
    for _ in range(count):
        history = [torch.randn(1, tokens, width, device="cuda", dtype=torch.bfloat16, requires_grad=backward) for _ in range(entries)]
        query = torch.randn(width, device="cuda", dtype=torch.bfloat16, requires_grad=backward)
        gain = torch.ones(width, device="cuda", dtype=torch.bfloat16, requires_grad=backward)
        made.append((history, query, gain, torch.randn(1, tokens, width, device="cuda", dtype=torch.bfloat16)))
    return made


def once(history, query, gain, upstream, backward):
    out = fused_attnres(query=query, residuals=history, rms_weight=gain)
    out = out[0] if isinstance(out, tuple) else out
    if backward:
        torch.autograd.grad(out, [*history, query, gain], upstream)


def measure(what, entries, tokens, width):
    backward = "backward" in what
    sets = sets_of(entries, tokens, width, backward)
    events = []
    for i in range(5 + arguments.reps):
        before, after = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        before.record()
        with torch.set_grad_enabled(backward):
            once(*sets[i % len(sets)], backward)
        after.record()
        events.append((before, after))
    torch.cuda.synchronize()
    seconds = [before.elapsed_time(after) * 1e-3 for before, after in events[5:]]
    return {"what": what, "entries": entries, "tokens": tokens, "width": width, "median_seconds": statistics.median(seconds), "seconds": seconds}


figures = []
for shape in SHAPES:
    figure = measure(*shape)
    figures.append(figure)
    print(f"{figure['what']:20} {shape[1]:2} x {shape[2]:5} x {shape[3]}: {figure['median_seconds'] * 1e6:8.1f} us", flush=True)
if arguments.json:
    Path(arguments.json).write_text(json.dumps({"device": torch.cuda.get_device_name(), "torch": torch.__version__, "triton": triton.__version__,
                                                "fla": getattr(fla, "__version__", "?"), "launches": figures}, indent=2) + "\n")
