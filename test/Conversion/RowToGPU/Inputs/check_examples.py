"""check_examples.py EXAMPLES DTYPE [NAME…]

Runs every kernel of every example (or of those named) on the emulator, with all its checks, against double precision.
"""
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

examples, dtype, *wanted = sys.argv[1:]
names = [name + ".braid" for name in wanted] or sorted(name for name in os.listdir(examples) if name.endswith(".braid"))


def check(name):
    """One example; false if a kernel is wrong."""
    command = ["braid", "run", os.path.join(examples, name), "--function", "row-kernels", "--device", "emulator", "--dtype", dtype]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(name, dtype, done.stdout.strip())
    return done.returncode == 0


with ThreadPoolExecutor(os.cpu_count()) as pool:
    sys.exit(not all(list(pool.map(check, names))))
