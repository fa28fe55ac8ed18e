"""check_examples_traffic.py EXAMPLES [K=V…] [NAME…]: the row kernels of every example, or of those named, fp32 and bf16, with these config values, move no more than their bound."""
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

examples, settings = sys.argv[1], [word for value in sys.argv[2:] if "=" in value for word in ("--set", value)]
names = [name for name in sys.argv[2:] if "=" not in name] or sorted(name[:-6] for name in os.listdir(examples) if name.endswith(".braid"))


def check(job):
    name, dtype = job
    command = ["braid", "run", os.path.join(examples, name + ".braid"), "--function", "row-kernels", "--device", "emulator", "--dtype", dtype, "--traffic", *settings]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(name, dtype, done.stdout.strip(), flush=True)
    return done.returncode == 0


with ThreadPoolExecutor(os.cpu_count()) as pool:
    sys.exit(not all(list(pool.map(check, [(name, dtype) for name in names for dtype in ("fp32", "bf16")]))))
