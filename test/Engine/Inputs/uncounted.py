"""uncounted.py FILE: two sequences of seven tokens; position 3 has no target."""
import json
import struct
import sys

tokens = [(i * 7 + 3) % 32 for i in range(14)]
targets = [-1 if i % 7 == 3 else (i * 5 + 1) % 32 for i in range(14)]
body = struct.pack("<28i", *tokens, *targets)
header = json.dumps({name: {"dtype": "I32", "shape": [2, 7], "data_offsets": [56 * i, 56 * (i + 1)]}
                     for i, name in enumerate(("tokens", "targets"))}).encode()
open(sys.argv[1], "wb").write(struct.pack("<Q", len(header)) + header + body)
