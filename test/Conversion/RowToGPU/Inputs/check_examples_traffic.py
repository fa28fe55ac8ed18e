"""check_examples_traffic.py EXAMPLES: the row kernels of every example, fp32 and bf16, move no more than their bound."""
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

examples = sys.argv[1]
names = sorted(name[:-6] for name in os.listdir(examples) if name.endswith(".braid"))


def check(job):
    name, dtype = job
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "rows.mlir")
        for command in (["braid", "compile", os.path.join(examples, name + ".braid"), "--emit", "row", "--dtype", dtype,
                         "--functions", "logits,grad,step", "-o", file],
                        ["braid-check-kernels", file, "--rows", "5", "--traffic"]):
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            if done.returncode:
                break
    print(name, dtype, done.stdout.strip(), flush=True)
    return done.returncode == 0


with ThreadPoolExecutor(os.cpu_count()) as pool:
    sys.exit(not all(list(pool.map(check, [(name, dtype) for name in names for dtype in ("fp32", "bf16")]))))
