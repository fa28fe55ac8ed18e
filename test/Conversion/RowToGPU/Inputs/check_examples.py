"""check_examples.py EXAMPLES emulator DTYPE | check_examples.py EXAMPLES ptxas TABLE [--update]

Compiles every example's kernels and checks them on the emulator, or with ptxas: there the kernels of each
example and target must not spill more than the table says, nor use more registers. A table is a line
`example target kernels largest-number-of-registers bytes-of-spills`.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

examples, mode = sys.argv[1], sys.argv[2]
names = sorted(name[:-6] for name in os.listdir(examples) if name.endswith(".braid"))
scratch = tempfile.TemporaryDirectory()
folder = scratch.name
failed = False


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def ptxas(file, chip):
    program = shutil.which("ptxas") or "/usr/local/cuda/bin/ptxas"
    code, text = run(program, "-arch=" + chip, "-v", file, "-o", file + ".cubin")
    if code:
        sys.exit(f"ptxas failed on {file}:\n{text}")
    registers = [int(n) for n in re.findall(r"Used (\d+) registers", text)]
    spills = [int(n) for n in re.findall(r"(\d+) bytes spill stores", text)]
    return len(registers), max(registers), sum(spills)


def check(name):
    """One example on the emulator; false if a kernel is wrong."""
    dtype = sys.argv[3]
    code, text = run("braid", "run", os.path.join(examples, name + ".braid"), "--function", "row-kernels", "--device", "emulator",
                     "--dtype", dtype)
    print(name, dtype, text.strip())
    return code == 0


def measure(job):
    name, chip = job
    file = os.path.join(folder, f"{name}.{chip}.ptx")
    code, text = run("braid", "compile", os.path.join(examples, name + ".braid"), "--target", chip, "--emit", "ptx",
                     "--functions", "grad,step", "-o", file)
    if code:
        sys.exit(f"{name} for {chip}: {text}")
    return job + ptxas(file, chip)


with ThreadPoolExecutor(os.cpu_count()) as pool:
    if mode == "emulator":
        failed = not all(list(pool.map(check, names)))
    else:
        rows = list(pool.map(measure, [(name, chip) for name in names for chip in ("sm_80", "sm_90a")]))

if mode == "ptxas":
    if "--update" in sys.argv:
        with open(sys.argv[3], "w") as table:
            table.write("# example target kernels registers spilled-bytes (the largest of all kernels; the sum)\n")
            for row in rows:
                table.write(" ".join(map(str, row)) + "\n")
        sys.exit()
    with open(sys.argv[3]) as table:
        expected = {tuple(line.split()[:2]): list(map(int, line.split()[2:])) for line in table if not line.startswith("#")}
    for name, chip, kernels, registers, spills in rows:
        allowed = expected.get((name, chip))
        print(name, chip, kernels, registers, spills, "table:", allowed)
        if allowed is None or kernels != allowed[0] or registers > allowed[1] or spills > allowed[2]:
            failed = True
sys.exit(failed)
