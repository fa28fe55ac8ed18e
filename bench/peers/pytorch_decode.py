#!/usr/bin/env python3
"""Decoding in PyTorch: the peer of `braid bench --function extend`, the models of pytorch_gpt.py a token at a time.

Keys and values lie in a static cache for `past` tokens and those to come. Eager code attends to the rows that are there;
compiled code, which wants one shape, to the whole cache under a mask. Prints one JSON object with the seconds of every
token, after `past` tokens whose keys and values are random numbers.
"""
import argparse
import json
import os
import time

import torch
import torch.nn.functional as F
from torch import nn

from pytorch_gpt import GPT, Attention


class CachedAttention(nn.Module):
    """One token of each text against the cache, in which its own key and value are put first."""

    def __init__(self, trained, batch, room, compiled):
        super().__init__()
        self.qkv, self.out, self.heads, self.rotary, self.compiled = trained.qkv, trained.out, trained.heads, trained.rotary, compiled
        head = self.out.in_features // self.heads
        for name in ("keys", "values"):
            self.register_buffer(name, torch.randn(batch, self.heads, room, head), persistent=False)

    def forward(self, x, position):
        batch, dim = x.shape
        qkv = self.qkv(x).view(batch, 3 * self.heads, -1)
        qk, v = qkv.split([2 * self.heads, self.heads], dim=1)
        turned = qk * self.rotary.cos[position] + qk.roll(qk.shape[-1] // 2, -1) * self.rotary.sin[position]
        q, k = turned.chunk(2, dim=1)
        if self.compiled:
            self.keys.index_copy_(2, position, k.unsqueeze(2))
            self.values.index_copy_(2, position, v.unsqueeze(2))
            seen = (torch.arange(self.keys.shape[2]) <= position)[None, None, None]
            y = F.scaled_dot_product_attention(q.unsqueeze(2), self.keys, self.values, attn_mask=seen)
        else:
            self.keys[:, :, position] = k
            self.values[:, :, position] = v
            y = F.scaled_dot_product_attention(q.unsqueeze(2), self.keys[:, :, : position + 1], self.values[:, :, : position + 1])
        return self.out(y.reshape(batch, dim))


class Decoder(nn.Module):
    def __init__(self, gpt, batch, room, compiled):
        super().__init__()
        self.gpt = gpt
        self.sublayers = nn.ModuleList(CachedAttention(m, batch, room, compiled) if isinstance(m, Attention) else m for m in gpt.sublayers)

    def forward(self, tokens, position):
        gpt, run = self.gpt, [lambda x, m=m: m(x, position) if isinstance(m, CachedAttention) else m(x) for m in self.sublayers]
        trained, gpt.__dict__["_modules"]["sublayers"] = gpt.sublayers, run
        try:
            x = getattr(gpt, gpt.topology)(gpt.embed(tokens))
        finally:
            gpt.__dict__["_modules"]["sublayers"] = trained
        return F.linear(gpt.final_norm(x), gpt.embed.weight)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--topology", choices=["prenorm", "attnres_block"], default="prenorm")
    for name, value in dict(vocab=256, dim=768, layers=12, heads=12, block=6, past=512, batch=1, reps=32, warmup=4, threads=0).items():
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--compile", action="store_true", help="torch.compile the model")
    a = parser.parse_args()
    torch.set_num_threads(a.threads or len(os.sched_getaffinity(0)))
    torch.manual_seed(0)
    room = a.past + a.warmup + a.reps
    decoder = Decoder(GPT(a.vocab, a.dim, a.layers, a.heads, a.topology, a.block, room), a.batch, room, a.compile).eval()
    run = torch.compile(decoder) if a.compile else decoder
    tokens, seconds = torch.randint(a.vocab, (a.batch,)), []
    with torch.inference_mode():
        for i in range(a.warmup + a.reps):
            position = torch.tensor([a.past + i]) if a.compile else a.past + i
            start = time.perf_counter()
            tokens = run(tokens, position).argmax(-1)
            seconds.append(time.perf_counter() - start)
    print(json.dumps({"framework": f"torch {torch.__version__}" + (" compiled" if a.compile else " eager"), "topology": a.topology,
                      "batch": a.batch, "past": a.past, "first_seconds": seconds[0], "seconds": seconds[a.warmup:]}))


if __name__ == "__main__":
    main()
