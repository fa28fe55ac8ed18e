"""Sublayers and norms in plain PyTorch. A `Part` is the parameters below one path: `p / "q"` goes down, `p["weight"]` is a tensor."""
import math

import torch


class Part:
    def __init__(self, tensors, prefix=""):
        self.tensors, self.prefix = tensors, prefix

    def __truediv__(self, name):
        return Part(self.tensors, f"{self.prefix}{name}.")

    def __getitem__(self, name):
        return self.tensors[self.prefix + name]


def rms(x, eps=1e-6):
    return x / torch.sqrt(x.square().mean(-1, keepdim=True) + eps)


def rmsnorm(p, x):
    return p["gain"] * rms(x)


def layernorm(p, x):
    return torch.nn.functional.layer_norm(x, x.shape[-1:], p["gain"], p["bias"], eps=1e-5)


def gelu(x):
    return torch.nn.functional.gelu(x, approximate="tanh")


def rope(x, base=10000.0, start=0):
    """RoFormer's rotation in the form with halves; x is [batch, time, heads, head], its first token at position `start`."""
    half = x.shape[-1] // 2
    frequency = base ** (-2.0 * torch.arange(half, dtype=x.dtype) / x.shape[-1])
    angle = torch.arange(start, start + x.shape[1], dtype=x.dtype)[:, None, None] * frequency
    u, v = x[..., :half], x[..., half:]
    return torch.cat([u * angle.cos() - v * angle.sin(), u * angle.sin() + v * angle.cos()], -1)


def project(p, x):
    """x W for a weight [dim, heads, head]; further axes of heads are joined to one."""
    weight = p["weight"]
    return torch.einsum("btd,dhk->bthk", x, weight.reshape(weight.shape[0], -1, weight.shape[-1]))


def attend_masked(q, k, v, seen):
    """PyTorch's own attention where seen [batch, query, key] says so; axes as in `attend`."""
    q, k, v = (x.transpose(1, 2) for x in (q, k, v))
    k, v = (x.repeat_interleave(q.shape[1] // k.shape[1], 1) for x in (k, v))
    return torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=seen[:, None]).transpose(1, 2)


def attend(q, k, v):
    """Causal softmax attention; [batch, time, heads, head], keys and values repeated for grouped heads."""
    groups = q.shape[2] // k.shape[2]
    k, v = k.repeat_interleave(groups, 2), v.repeat_interleave(groups, 2)
    score = torch.einsum("bqhk,bshk->bhqs", q, k) / math.sqrt(q.shape[-1])
    later = torch.ones(score.shape[-2:], dtype=torch.bool).triu(1)
    return torch.einsum("bhqs,bshk->bqhk", score.masked_fill(later, float("-inf")).softmax(-1), v)


def join(p, x):
    """The heads' outputs through the output weight."""
    weight = p["weight"]
    return x.flatten(-2) @ weight.reshape(-1, weight.shape[-1])


def attention(p, x):
    return join(p / "out", attend(rope(project(p / "q", x)), rope(project(p / "k", x)), project(p / "v", x)))


def mlp(p, x):
    return gelu(x @ p["up.weight"]) @ p["down.weight"]


def swiglu(p, x):
    return (torch.nn.functional.silu(x @ p["gate.weight"]) * (x @ p["up.weight"])) @ p["down.weight"]
