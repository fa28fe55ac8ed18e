#!/usr/bin/env python3
"""A GPT in PyTorch: the peer of examples/prenorm.braid and examples/attnres_block.braid, the same function of the same parameters.

Times whole training steps (forward, backward, clipping, AdamW) in fp32 and prints one JSON object with the seconds
of every repetition. No biases, RMSNorm with gain, rotary positions, tanh GELU, tied embedding, causal attention.
What PyTorch has a fused form of uses it (attention, RMSNorm, clipping, AdamW, one product for queries, keys and values),
and where there is a choice, it is the one that was fastest on a CPU: turning by `roll`, and reads over depth without
stacking the sources, whose norms are computed once (several times as fast as stacking them).
"""
import argparse
import json
import os
import resource

import torch
import torch.nn.functional as F
from torch import nn

from training import training_step


class Rotary(nn.Module):
    """Turns the halves of each head against each other by the angle position * 10000^(-2 i / head)."""

    def __init__(self, head, time):
        super().__init__()
        angle = torch.arange(time)[:, None, None] * 10000.0 ** (-2 * torch.arange(head // 2) / head)
        self.register_buffer("cos", torch.cat([angle.cos(), angle.cos()], -1), persistent=False)
        self.register_buffer("sin", torch.cat([-angle.sin(), angle.sin()], -1), persistent=False)

    def forward(self, x):
        return x * self.cos + x.roll(x.shape[-1] // 2, -1) * self.sin


class Attention(nn.Module):
    def __init__(self, dim, heads, rotary):
        super().__init__()
        self.heads, self.rotary = heads, rotary
        self.qkv = nn.Linear(dim, 3 * dim, bias=False)
        self.out = nn.Linear(dim, dim, bias=False)

    def forward(self, x):
        batch, time, dim = x.shape
        qkv = self.qkv(x).view(batch, time, 3 * self.heads, -1)
        qk, v = qkv.split([2 * self.heads, self.heads], dim=2)
        q, k = self.rotary(qk).transpose(1, 2).chunk(2, dim=1)
        y = F.scaled_dot_product_attention(q, k, v.transpose(1, 2), is_causal=True)
        return self.out(y.transpose(1, 2).reshape(batch, time, dim))


class MLP(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.up = nn.Linear(dim, 4 * dim, bias=False)
        self.down = nn.Linear(4 * dim, dim, bias=False)

    def forward(self, x):
        return self.down(F.gelu(self.up(x), approximate="tanh"))


class DepthAttention(nn.Module):
    """A softmax over the sources of a learned query with the normed source (Attention Residuals).

    A source is a pair (value, 1 / its root mean square), so that each norm is computed once for all reads.
    """

    def __init__(self, dim):
        super().__init__()
        self.query = nn.Parameter(torch.zeros(dim))
        self.gain = nn.Parameter(torch.ones(dim))

    def forward(self, sources):
        direction = self.query * self.gain
        scores = torch.stack([(value @ direction) * scale for value, scale in sources], -1)
        weights = scores.softmax(-1).unsqueeze(-1).unbind(-2)
        y = weights[0] * sources[0][0]
        for weight, (value, _) in zip(weights[1:], sources[1:]):
            y = torch.addcmul(y, weight, value)
        return y


def source(value):
    return value, torch.rsqrt(value.square().mean(-1) + 1e-6)


class GPT(nn.Module):
    def __init__(self, vocab, dim, layers, heads, topology, block, time):
        super().__init__()
        self.topology, self.block = topology, block
        self.embed = nn.Embedding(vocab, dim)
        rotary = Rotary(dim // heads, time)
        self.sublayers = nn.ModuleList(m for _ in range(layers) for m in (Attention(dim, heads, rotary), MLP(dim)))
        self.norms = nn.ModuleList(nn.RMSNorm(dim, eps=1e-6) for _ in self.sublayers)
        self.final_norm = nn.RMSNorm(dim, eps=1e-6)
        if topology == "attnres_block":
            self.reads = nn.ModuleList(DepthAttention(dim) for _ in range(len(self.sublayers) + 1))
        for parameter in self.parameters():
            if parameter.dim() == 2:
                nn.init.normal_(parameter, std=0.02)

    def prenorm(self, x):
        for norm, sublayer in zip(self.norms, self.sublayers):
            x = x + sublayer(norm(x))
        return x

    def attnres_block(self, x):
        # Sources: the embedding, the finished blocks' sums, the sum of the block under way.
        blocks, partial = [source(x)], None
        for i, (read, norm, sublayer) in enumerate(zip(self.reads, self.norms, self.sublayers)):
            y = sublayer(norm(read(blocks if partial is None else [*blocks, source(partial)])))
            partial = y if partial is None else partial + y
            if (i + 1) % self.block == 0:
                blocks.append(source(partial))
                partial = None
        return self.reads[-1](blocks if partial is None else [*blocks, source(partial)])

    def forward(self, tokens, targets):
        x = getattr(self, self.topology)(self.embed(tokens))
        logits = F.linear(self.final_norm(x), self.embed.weight)
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--topology", choices=["prenorm", "attnres_block"], default="prenorm")
    for name, value in dict(vocab=256, dim=768, layers=12, heads=12, block=6, time=512, batch=4, reps=3, warmup=1, threads=0).items():
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--compile", action="store_true", help="torch.compile the model")
    a = parser.parse_args()
    torch.set_num_threads(a.threads or len(os.sched_getaffinity(0)))
    torch.manual_seed(0)
    model = GPT(a.vocab, a.dim, a.layers, a.heads, a.topology, a.block, a.time)
    step = training_step(model, a.vocab, a.batch, a.time, a.compile)
    warmup = [step() for _ in range(max(1, a.warmup))]
    timed = [step() for _ in range(a.reps)]
    print(json.dumps({
        "framework": f"torch {torch.__version__}" + (" compiled" if a.compile else " eager"),
        "topology": a.topology, "layers": a.layers, "dim": a.dim, "heads": a.heads, "vocab": a.vocab,
        "block": a.block, "time": a.time, "batch": a.batch, "threads": torch.get_num_threads(),
        "parameters": sum(p.numel() for p in model.parameters()),
        "first_seconds": warmup[0][1], "seconds": [seconds for _, seconds in timed],
        "losses": [loss for loss, _ in warmup + timed],
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }))


if __name__ == "__main__":
    main()
