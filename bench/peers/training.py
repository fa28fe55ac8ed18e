"""Training steps of a model in PyTorch, as all peers are timed: AdamW with weight decay on matrices, clipping, random tokens."""
import time

import torch
from torch import nn


def training_step(model, vocab, batch, length, compiled):
    """A function that does one step and gives its loss and its seconds."""
    decay = [p for p in model.parameters() if p.dim() == 2]
    rest = [p for p in model.parameters() if p.dim() != 2]
    optimizer = torch.optim.AdamW([{"params": decay, "weight_decay": 0.1}, {"params": rest, "weight_decay": 0.0}],
                                  lr=3e-4, betas=(0.9, 0.95), fused=True)
    run = torch.compile(model) if compiled else model
    tokens = torch.randint(vocab, (batch, length + 1))

    def step():
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        loss = run(tokens[:, :-1], tokens[:, 1:])
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0, foreach=True)
        optimizer.step()
        return loss.item(), time.perf_counter() - start

    return step
