"""check_examples.py EXAMPLES DTYPE [K=V…] [NAME…]

Runs every kernel of every example (or of those named), with these config values, on the emulator with all its checks, against double
precision; what it loads and stores must be what `braid.traffic` declares, to the byte.
"""
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

examples, dtype, *words = sys.argv[1:]
settings = [word for value in words if "=" in value for word in ("--set", value)]
names = [name for name in words if "=" not in name] or sorted(name[:-6] for name in os.listdir(examples) if name.endswith(".braid"))


def check(name):
    """One example; false if a kernel is wrong."""
    command = ["braid", "run", os.path.join(examples, name + ".braid"), "--function", "row-kernels", "--device", "emulator", "--dtype", dtype, "--traffic", *settings]
    start = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(name, dtype, f"{time.monotonic() - start:.0f} s", done.stdout.strip(), flush=True)
    return done.returncode == 0


with ThreadPoolExecutor(os.cpu_count()) as pool:
    sys.exit(not all(list(pool.map(check, names))))
