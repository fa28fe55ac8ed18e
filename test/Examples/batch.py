#!/usr/bin/env python3
"""batch.py OUT BATCH TIME VOCAB [SEED [documents]]: random tokens and targets as a safetensors file; one target in eight is not
counted. With `documents` every token is also said to belong to one of three, in runs of a few tokens."""
import json
import random
import struct
import sys

out, batch, time, vocab = sys.argv[1], *map(int, sys.argv[2:5])
rng = random.Random(int(sys.argv[5]) if len(sys.argv) > 5 else 1)
n = batch * time
tokens = [rng.randrange(vocab) for _ in range(n)]
targets = [-1 if rng.random() < 0.125 else rng.randrange(vocab) for _ in range(n)]
arrays = {"tokens": tokens, "targets": targets}
if sys.argv[6:] == ["documents"]:
    arrays["document"] = []
    while len(arrays["document"]) < n:
        arrays["document"] += [rng.randrange(3)] * rng.randrange(1, 6)
    del arrays["document"][n:]
header = json.dumps({name: {"dtype": "I32", "shape": [batch, time], "data_offsets": [4 * n * i, 4 * n * (i + 1)]}
                     for i, name in enumerate(arrays)}).encode()
header += b" " * (-len(header) % 8)
with open(out, "wb") as file:
    file.write(struct.pack("<Q", len(header)) + header)
    for values in arrays.values():
        file.write(struct.pack(f"<{n}i", *values))
