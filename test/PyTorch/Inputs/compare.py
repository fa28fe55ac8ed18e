"""compare.py EXAMPLE.braid DIR [--device D] [--set name=value] [--torch name=value] [--documents]: Braid against PyTorch.

Takes the parameters of `braid init`, moves all of them away from their initial values (many are zero, and hide what
they multiply), and compares logits, loss and every gradient with PyTorch's in double precision. The largest error is
given in units of the tensor's largest element. The reference computes in double precision too and may show 1e-9. A
compiled program in single precision may show 2e-5, or four times what PyTorch itself shows in single precision. Where a
gradient cancels (to nothing, for a number that only scales what a norm sees), the unit is that of a larger one.
"""
import argparse
import os
import subprocess
import sys

import torch

import models
import tensors
from layers import Part

BATCH, TIME = 2, 9


def evaluate(example, start, tokens, targets, config, dtype):
    """Logits, loss and all gradients, by the names that Braid's outputs have."""
    parameters = {name: value.to(dtype).requires_grad_() for name, value in start.items()}
    logits = getattr(models, example)(Part(parameters), tokens, config)
    loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=-1)
    gradients = torch.autograd.grad(loss, list(parameters.values()))
    return {"logits": logits.detach(), "loss": loss.detach(), **dict(zip(parameters, gradients))}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("directory")
    parser.add_argument("--device", default="reference")
    parser.add_argument("--set", action="append", default=[], help="a config value of both sides")
    parser.add_argument("--torch", action="append", default=[], help="a config value of PyTorch's side alone, which makes them differ")
    parser.add_argument("--documents", action="store_true", help="the model takes `document`, too: three of them, in no order")
    a = parser.parse_args()
    sets = ["dim=32", "layers=3", "heads=4", "vocab=40", *a.set]
    config = {name: int(value) for name, value in (s.split("=") for s in [*sets, *a.torch])}
    set_options = [option for s in sets for option in ("--set", s)]

    def path(name):
        return os.path.join(a.directory, name + ".safetensors")

    def braid(*arguments):
        result = subprocess.run(["braid", *arguments], capture_output=True, text=True)
        if result.returncode:
            sys.exit(f"braid {' '.join(arguments)}: exit {result.returncode}\n{result.stdout}{result.stderr}")

    os.makedirs(a.directory, exist_ok=True)
    random = torch.Generator().manual_seed(1)
    braid("init", a.model, *set_options, "-o", path("init"))
    start = {name: value + 0.1 * torch.randn(value.shape, generator=random) for name, value in tensors.read(path("init")).items()}
    tensors.write(path("parameters"), start)
    tokens = torch.randint(config["vocab"], (BATCH, TIME), generator=random, dtype=torch.int32)
    targets = torch.randint(config["vocab"], (BATCH, TIME), generator=random, dtype=torch.int32)
    targets[0, 3] = -1
    inputs = {"tokens": tokens, "targets": targets}
    if a.documents:
        inputs["document"] = config["document"] = torch.randint(3, (BATCH, TIME), generator=random, dtype=torch.int32)
    tensors.write(path("inputs"), inputs)
    found = {}
    for function in ("logits", "grad"):
        braid("run", a.model, *set_options, "--function", function, "--device", a.device, "--params", path("parameters"),
              "--inputs", path("inputs"), "-o", path(function))
        found |= tensors.read(path(function))

    example = os.path.splitext(os.path.basename(a.model))[0]
    expected = evaluate(example, start, tokens.long(), targets.long(), config, torch.float64)
    single = evaluate(example, start, tokens.long(), targets.long(), config, torch.float32)
    failed = sorted(expected.keys() ^ found.keys())
    for name in failed:
        print(f"{name}: only in {'PyTorch' if name in expected else 'Braid'}")
    least = (1e-6 if a.device == "reference" else 1e-3) * max(expected[name].abs().max().item() for name in start)
    worst, worst_name = 0.0, ""
    for name in sorted(expected.keys() & found.keys()):
        if expected[name].shape != found[name].shape:
            print(f"{name}: shapes {list(found[name].shape)} and {list(expected[name].shape)}")
            failed.append(name)
            continue
        size = max(least, expected[name].abs().max().item())
        error, own = ((x[name].double() - expected[name]).abs().max().item() / size for x in (found, single))
        allowed = 1e-9 if a.device == "reference" else max(2e-5, 4 * own)
        if not error <= allowed:
            print(f"{name}: error {error:.1e} of {size:.1e}, allowed {allowed:.1e}")
            failed.append(name)
        if not error <= worst:
            worst, worst_name = error, name
    print(f"{example} {a.device}: {len(expected)} tensors, {len(failed)} differ, largest error {worst:.1e} ({worst_name}), "
          f"loss {expected['loss'].item():.6f}")
    sys.exit(1 if failed else 0)


main()
