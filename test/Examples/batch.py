#!/usr/bin/env python3
"""batch.py OUT BATCH TIME VOCAB [SEED]: random tokens and targets as a safetensors file; one target in eight is not counted."""
import json
import random
import struct
import sys

out, batch, time, vocab = sys.argv[1], *map(int, sys.argv[2:5])
rng = random.Random(int(sys.argv[5]) if len(sys.argv) > 5 else 1)
n = batch * time
tokens = [rng.randrange(vocab) for _ in range(n)]
targets = [-1 if rng.random() < 0.125 else rng.randrange(vocab) for _ in range(n)]
header = json.dumps({
    "tokens": {"dtype": "I32", "shape": [batch, time], "data_offsets": [0, 4 * n]},
    "targets": {"dtype": "I32", "shape": [batch, time], "data_offsets": [4 * n, 8 * n]},
}).encode()
header += b" " * (-len(header) % 8)
with open(out, "wb") as file:
    file.write(struct.pack("<Q", len(header)) + header + struct.pack(f"<{2 * n}i", *tokens, *targets))
