"""peer.py ROOT TOPOLOGY DIR [name=value]: the benchmark's PyTorch model computes the loss of the Braid program.

Takes the parameters of `braid init`, moves them away from their initial values, gives them to both, and compares the loss
of Braid's reference (double precision) with that of the peer in double precision, and all gradients.
"""
import os
import subprocess
import sys

import torch

import tensors

root, topology, directory = sys.argv[1:4]
sys.path.insert(0, os.path.join(root, "bench", "peers"))
import pytorch_gpt  # noqa: E402

VOCAB, DIM, LAYERS, HEADS, BATCH, TIME = 40, 32, 5, 4, 2, 9
GROUP = 6
sets = [f"vocab={VOCAB}", f"dim={DIM}", f"layers={LAYERS}", f"heads={HEADS}", *([f"group={GROUP}"] if topology == "attnres_block" else [])]
block = dict(word.split("=") for word in sys.argv[4:]).get("block", GROUP)


def path(name):
    return os.path.join(directory, name + ".safetensors")


def braid(command, *arguments):
    model = os.path.join(root, "examples", topology + ".braid")
    subprocess.run(["braid", command, model, *(word for s in sets for word in ("--set", s)), *arguments], check=True)


def pairs(model):
    """Braid's path of each parameter, and the PyTorch tensor it is a view of: products are stored transposed."""
    yield "embed", model.embed.weight
    yield "readout.rmsnorm.gain", model.final_norm.weight
    reads = list(model.reads) if topology == "attnres_block" else [None] * (2 * LAYERS + 1)
    for i, (norm, layer) in enumerate(zip(model.norms, model.sublayers)):
        site = f"block.{i // 2}.{('attention', 'mlp')[i % 2]}"
        yield f"{site}.rmsnorm.gain", norm.weight
        if i % 2 == 0:
            for name, weight in zip("qkv", layer.qkv.weight.chunk(3)):
                yield f"{site}.{name}.weight", weight.T
            yield f"{site}.out.weight", layer.out.weight.T
        else:
            yield f"{site}.up.weight", layer.up.weight.T
            yield f"{site}.down.weight", layer.down.weight.T
    for i, read in enumerate(reads):
        if read is not None:
            site = f"block.{i // 2}.{('attention', 'mlp')[i % 2]}" if i < 2 * LAYERS else "readout"
            yield f"{site}.depth_attention.query", read.query
            yield f"{site}.depth_attention.gain", read.gain


os.makedirs(directory, exist_ok=True)
random = torch.Generator().manual_seed(1)
braid("init", "-o", path("init"))
start = {name: value + 0.1 * torch.randn(value.shape, generator=random) for name, value in tensors.read(path("init")).items()}
tensors.write(path("parameters"), start)
tokens = torch.randint(VOCAB, (BATCH, TIME + 1), generator=random, dtype=torch.int32)
tensors.write(path("inputs"), {"tokens": tokens[:, :-1], "targets": tokens[:, 1:]})
braid("run", "--function", "grad", "--device", "reference", "--params", path("parameters"), "--inputs", path("inputs"), "-o", path("grad"))
expected = tensors.read(path("grad"))

torch.set_default_dtype(torch.float64)
model = pytorch_gpt.GPT(VOCAB, DIM, LAYERS, HEADS, topology, int(block), TIME)
with torch.no_grad():
    views = dict(pairs(model))
    assert views.keys() == start.keys() and sum(v.numel() for v in views.values()) == sum(p.numel() for p in model.parameters())
    for name, view in views.items():
        view.copy_(start[name].reshape(view.shape))
tokens = tokens.long()
loss = model(tokens[:, :-1], tokens[:, 1:])
loss.backward()
# The same views of the gradients as of the parameters.
for parameter in model.parameters():
    parameter.data, parameter.grad = parameter.grad, None
errors = {"loss": (loss.item() - expected["loss"].item()) / loss.item()}
largest = max(view.abs().max().item() for _, view in pairs(model))
for name, view in pairs(model):
    errors[name] = ((view - expected[name].reshape(view.shape)).abs().max() / largest).item()
worst = max(errors, key=lambda name: abs(errors[name]))
print(f"{topology}: loss {loss.item():.9f}, {expected['loss'].item():.9f}, largest error {errors[worst]:.1e} ({worst})")
sys.exit(0 if abs(errors[worst]) < 1e-9 else 1)
