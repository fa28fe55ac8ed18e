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

examples, mode = sys.argv[1], sys.argv[2]
names = sorted(name[:-6] for name in os.listdir(examples) if name.endswith(".braid"))
folder = tempfile.mkdtemp()
failed = False


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def ptxas(file, chip):
    program = shutil.which("ptxas") or "/usr/local/cuda/bin/ptxas"
    code, text = run(program, "-arch=" + chip, "-v", file, "-o", os.path.join(folder, "out.cubin"))
    if code:
        sys.exit(f"ptxas failed on {file}:\n{text}")
    registers = [int(n) for n in re.findall(r"Used (\d+) registers", text)]
    spills = [int(n) for n in re.findall(r"(\d+) bytes spill stores", text)]
    return len(registers), max(registers), sum(spills)


rows = []
for name in names:
    model = os.path.join(examples, name + ".braid")
    if mode == "emulator":
        dtype = sys.argv[3]
        file = os.path.join(folder, f"{name}.{dtype}.mlir")
        code, text = run("braid", "compile", model, "--emit", "row", "--dtype", dtype, "--functions", "logits,grad,step", "-o", file)
        if not code:
            code, text = run("braid-check-kernels", file, "--rows", "5")
        print(name, dtype, text.strip())
        failed |= code != 0
        continue
    for chip in ("sm_80", "sm_90a"):
        file = os.path.join(folder, f"{name}.{chip}.ptx")
        code, text = run("braid", "compile", model, "--target", chip, "--emit", "ptx", "--functions", "grad,step", "-o", file)
        if code:
            sys.exit(f"{name} for {chip}: {text}")
        rows.append((name, chip) + ptxas(file, chip))

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
