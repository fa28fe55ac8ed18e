"""Topologies that start as the ordinary residual have its logits at first, but for the eps of the norms."""
import re
import subprocess
import sys
from pathlib import Path

examples = Path(sys.argv[1])


def logits(name):
    # A larger embedding, next to which the eps of the norms is small.
    program = (examples / f"{name}.braid").read_text().replace("param embed: [vocab, dim] = normal(0.02)", "param embed: [vocab, dim] = normal(1)")
    sizes = [f"--set={s}" for s in ("vocab=8", "dim=8", "layers=3", "heads=2")]
    module = subprocess.run(["braid-translate", "--elaborate", "-"] + sizes, input=program, capture_output=True, text=True, check=True)
    run = subprocess.run(["braid-reference", "-", "--random-inputs", "1,3", "--function", "logits", "--print"],
                         input=module.stdout, capture_output=True, text=True, check=True)
    line = next(l for l in run.stdout.splitlines() if l.startswith("logits"))
    return [float(a) for a in re.findall(r"-?\d[\d.e+-]*", line.split("]", 1)[1])]


plain = logits("prenorm")
wrong = len(plain) != 24
for name in ("attnres_full", "attnres_block", "hyper_connections"):
    found = logits(name)
    difference = max(abs(a - b) / max(1, abs(b)) for a, b in zip(found, plain))
    print(name, f"{difference:.1e}")
    wrong |= len(found) != len(plain) or difference > 1e-4
# And one that does not: the check can fail.
if max(abs(a - b) for a, b in zip(logits("delta"), plain)) < 1e-2:
    print("delta is no residual")
    wrong = True
sys.exit(wrong)
