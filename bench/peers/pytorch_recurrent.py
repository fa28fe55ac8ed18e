#!/usr/bin/env python3
"""RetNet, Mamba-2 and Gated DeltaNet in PyTorch: the peers of the examples of these names, the same function of the same parameters.

The recurrences are in their chunked form, products within chunks and states from chunk to chunk, as the authors and the
library flash-linear-attention have them; `--chunk` is the length of a chunk. What runs is held against a plain loop over tokens
before it is timed. Times whole training steps (forward, backward, clipping, AdamW) in fp32, or with `--alone` forward and
backward of the recurrence of one layer, and prints one JSON object with the seconds of every repetition.
"""
import argparse
import json
import os
import time

import torch
import torch.nn.functional as F
from torch import nn

from pytorch_gpt import Rotary
from training import training_step


def chunked(q, k, v, decay, beta, chunk):
    """o_t = q_t S_t with S_t = exp(decay_t) S_{t-1} + k_t^T u_t; u = v, or of the delta rule beta (v_t - k_t exp(decay_t) S_{t-1}).

    q, k, v [batch, time, heads, width] (k and q may have one head for all), decay and beta [batch, time, heads].
    Within a chunk with running products g and D_ti = g_t / g_i: (I + tril(beta D k k^T, -1)) u = beta (v - g k S),
    o = g q S + tril(D q k^T) u, S' = g_C S + (g_C / g k)^T u.
    """
    batch, length, heads, width = v.shape
    count = length // chunk
    q, k, v = (x.expand(-1, -1, heads, -1).reshape(batch, count, chunk, heads, -1).transpose(2, 3) for x in (q, k, v))
    g = decay.reshape(batch, count, chunk, heads).transpose(2, 3).cumsum(-1)
    lower = torch.ones(chunk, chunk, dtype=torch.bool).tril()
    D = torch.where(lower, (g[..., :, None] - g[..., None, :]), -torch.inf).exp()
    inside = (q @ k.mT) * D
    rise = g.exp()[..., None]
    fall = (g[..., -1:] - g).exp()[..., None] * k
    if beta is not None:
        b = beta.reshape(batch, count, chunk, heads).transpose(2, 3)[..., None]
        system = torch.eye(chunk) + ((k @ k.mT) * D * b).tril(-1)
        both = torch.linalg.solve_triangular(system, torch.cat([b * v, b * rise * k], -1), upper=False, unitriangular=True)
        v, w = both.split([width, k.shape[-1]], -1)
    S = v.new_zeros(batch, heads, k.shape[-1], width)
    outputs = []
    for i in range(count):
        u = v[:, i] if beta is None else v[:, i] - w[:, i] @ S
        outputs.append(inside[:, i] @ u + rise[:, i] * (q[:, i] @ S))
        S = rise[:, i, :, -1:] * S + fall[:, i].mT @ u
    return torch.stack(outputs, 1).transpose(2, 3).reshape(batch, length, heads, width)


def by_token(q, k, v, decay, beta):
    S = v.new_zeros(v.shape[0], v.shape[2], k.shape[-1], v.shape[-1])
    outputs = []
    for t in range(v.shape[1]):
        S = decay[:, t].exp()[..., None, None] * S
        u = v[:, t] if beta is None else beta[:, t, :, None] * (v[:, t] - (k[:, t, :, None] @ S).squeeze(-2))
        S = S + k[:, t, :, :, None] * u[..., None, :]
        outputs.append((q[:, t, :, None] @ S).squeeze(-2))
    return torch.stack(outputs, 1)


def linear(a, b):
    return nn.Linear(a, b, bias=False)


class Convolution(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv1d(width, width, 4, groups=width, bias=False, padding=3)

    def forward(self, x):
        return F.silu(self.conv(x.mT)[..., :x.shape[1]].mT)


class Retention(nn.Module):
    def __init__(self, dim, heads, time, chunk):
        super().__init__()
        self.heads, self.chunk = heads, chunk
        self.inputs, self.out = linear(dim, 6 * dim), linear(2 * dim, dim)
        self.rotary = Rotary(dim // heads, time)
        self.register_buffer("decay", torch.log(1 - 2.0 ** (-5 - torch.arange(heads))), persistent=False)

    def forward(self, x):
        shape, dim = x.shape[:2], x.shape[2]
        qk, v, gate = self.inputs(x).split([2 * dim, 2 * dim, 2 * dim], -1)
        q, k = self.rotary(qk.reshape(*shape, 2 * self.heads, -1)).chunk(2, 2)
        v = v.reshape(*shape, self.heads, -1)
        o = chunked(q, k * k.shape[-1] ** -0.5, v, self.decay.expand(*shape, -1), None, self.chunk)
        return self.out(F.rms_norm(o, o.shape[-1:], eps=1e-6).flatten(2) * F.silu(gate))


class Mamba(nn.Module):
    def __init__(self, dim, heads, state, chunk):
        super().__init__()
        self.heads, self.state, self.chunk = heads, state, chunk
        self.sizes = [2 * dim, state, state, heads, 2 * dim]
        self.inputs, self.out = linear(dim, sum(self.sizes)), linear(2 * dim, dim)
        self.conv = Convolution(2 * dim + 2 * state)
        self.rate, self.start = nn.Parameter(torch.ones(heads)), nn.Parameter(torch.full((heads,), -4.6))
        self.skip, self.norm = nn.Parameter(torch.ones(heads)), nn.RMSNorm(2 * dim, eps=1e-6)

    def forward(self, x):
        shape = x.shape[:2]
        inner, dt, z = self.inputs(x).split([sum(self.sizes[:3]), self.heads, self.sizes[4]], -1)
        u, B, C = self.conv(inner).split(self.sizes[:3], -1)
        u, dt = u.reshape(*shape, self.heads, -1), F.softplus(dt + self.start)
        y = chunked(C[:, :, None], B[:, :, None], dt[..., None] * u, -self.rate.exp() * dt, None, self.chunk)
        return self.out(self.norm((y + self.skip[:, None] * u).flatten(2) * F.silu(z)))


class Delta(nn.Module):
    def __init__(self, dim, heads, chunk):
        super().__init__()
        self.heads, self.chunk, self.dim = heads, chunk, dim
        self.inputs, self.out = linear(dim, 4 * dim + 2 * heads), linear(dim, dim)
        self.conv, self.norm = Convolution(3 * dim), nn.RMSNorm(dim // heads, eps=1e-6)
        self.rate, self.start = nn.Parameter(torch.ones(heads)), nn.Parameter(torch.full((heads,), -4.6))

    def forward(self, x):
        shape, heads = x.shape[:2], self.heads
        qkv, gate, a, b = self.inputs(x).split([3 * self.dim, self.dim, heads, heads], -1)
        q, k, v = self.conv(qkv).reshape(*shape, 3 * heads, -1).chunk(3, 2)
        o = chunked(F.normalize(q, dim=-1), F.normalize(k, dim=-1), v, -self.rate.exp() * F.softplus(a + self.start), b.sigmoid(), self.chunk)
        return self.out(self.norm(o * q.shape[-1] ** -0.5).flatten(2) * F.silu(gate))


class SwiGLU(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.up, self.down = linear(dim, 4 * dim), linear(2 * dim, dim)

    def forward(self, x):
        a, b = self.up(x).chunk(2, -1)
        return self.down(F.silu(a) * b)


class Model(nn.Module):
    def __init__(self, topology, vocab, dim, layers, heads, time, state, chunk):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim)
        make = {"retnet": lambda: [Retention(dim, heads, time, chunk), SwiGLU(dim)], "mamba2": lambda: [Mamba(dim, heads, state, chunk)],
                "gated_deltanet": lambda: [Delta(dim, heads, chunk), SwiGLU(dim)]}[topology]
        self.sublayers = nn.ModuleList(m for _ in range(layers) for m in make())
        self.norms = nn.ModuleList(nn.RMSNorm(dim, eps=1e-6) for _ in self.sublayers)
        self.final_norm = nn.RMSNorm(dim, eps=1e-6)
        for parameter in self.parameters():
            if parameter.dim() == 2:
                nn.init.normal_(parameter, std=0.02)

    def forward(self, tokens, targets):
        x = self.embed(tokens)
        for norm, sublayer in zip(self.norms, self.sublayers):
            x = x + sublayer(norm(x))
        return F.cross_entropy(F.linear(self.final_norm(x), self.embed.weight).flatten(0, 1), targets.flatten())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--topology", choices=["retnet", "mamba2", "gated_deltanet"], default="retnet")
    for name, value in dict(vocab=256, dim=384, layers=6, heads=6, time=512, batch=4, state=64, chunk=64, reps=3, warmup=1, threads=0).items():
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--compile", action="store_true", help="torch.compile the model, or the recurrence")
    parser.add_argument("--alone", action="store_true", help="the recurrence of one layer: forward, and forward with backward")
    a = parser.parse_args()
    torch.set_num_threads(a.threads or len(os.sched_getaffinity(0)))
    torch.manual_seed(0)

    width = {"retnet": (a.dim // a.heads, 2 * a.dim // a.heads), "mamba2": (a.state, 2 * a.dim // a.heads), "gated_deltanet": (a.dim // a.heads,) * 2}[a.topology]
    delta = a.topology == "gated_deltanet"

    def inputs(batch, length):
        q, k = (F.normalize(torch.randn(batch, length, a.heads, width[0]), dim=-1) for _ in range(2))
        return (q, k, torch.randn(batch, length, a.heads, width[1]), -torch.rand(batch, length, a.heads) / 8, torch.rand(batch, length, a.heads) if delta else None)

    small = inputs(1, 2 * a.chunk)
    difference = (chunked(*small, a.chunk) - by_token(*small)).abs().max().item()
    assert difference < 1e-4, difference

    times = {}
    if a.alone:
        run = torch.compile(chunked) if a.compile else chunked
        given = [x if x is None else x.requires_grad_() for x in inputs(a.batch, a.time)]

        def step():
            with torch.no_grad():
                start = time.perf_counter()
                run(*given, a.chunk)
                times.setdefault("forward_seconds", []).append(time.perf_counter() - start)
            start = time.perf_counter()
            run(*given, a.chunk).sum().backward()
            return time.perf_counter() - start
    else:
        model = Model(a.topology, a.vocab, a.dim, a.layers, a.heads, a.time, a.state, a.chunk)
        whole = training_step(model, a.vocab, a.batch, a.time, a.compile)

        def step():
            return whole()[1]

    for _ in range(a.warmup):
        step()
    times.clear()
    times["seconds"] = [step() for _ in range(a.reps)]
    print(json.dumps(times))


main()
