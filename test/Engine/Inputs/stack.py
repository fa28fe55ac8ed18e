#!/usr/bin/env python3
"""stack.py FOLDER: programs of sublayers without a product between them, one for each kind of connection."""
import sys
from pathlib import Path

for name, connection in {"plain": "add", "full": "depth_attention", "block": "depth_attention over blocks(6)", "mhc": "mhc"}.items():
    lanes = name == "mhc"
    Path(sys.argv[1], f"{name}.braid").write_text(f"""config {{ vocab = 19  dim = 68  layers = 24 }}
model stack(tokens: id[vocab]) {{
  param embed: [vocab, dim] = normal(1)
  stream x: [{"lane: 4, " * lanes}dim] = {"spread[lane](embed[tokens])" if lanes else "embed[tokens]"} with {connection}
  for block in 0..layers {{
    x <- rmsnorm(x)
  }}
  return dot[dim](rmsnorm({"sum[lane](x.state)" if lanes else "x"}), embed)
}}
""")
