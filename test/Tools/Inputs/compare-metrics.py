"""compare-metrics.py A B TOLERANCE: losses and gradient norms of every step agree, relatively."""
import json
import sys

a, b = ([json.loads(line) for line in open(path)] for path in sys.argv[1:3])
assert len(a) == len(b) and len(a) > 0
for x, y in zip(a, b):
    for key in ("loss", "grad_norm"):
        error = abs(x[key] - y[key]) / abs(x[key])
        if error > float(sys.argv[3]):
            sys.exit(f"step {x['step']}: {key} {x[key]} and {y[key]}")
