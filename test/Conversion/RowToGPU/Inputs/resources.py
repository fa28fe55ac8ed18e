"""resources.py EXAMPLES TABLE [fp32|bf16] [--update]

What ptxas says of every kernel of every example, in the precisions given or else both, for sm_80 and sm_90a. A kernel may not spill
(three of mudd's, with 255 registers, spill up to 32 bytes on sm_80, two of gated_deltanet's in fp32 up to 16: no other may, and no more), and must use the registers and the shared memory that the table says. With another ptxas than the
table's, registers may differ: then only spills and shared memory are compared. `--update` writes the table anew, and
fails if a kernel spills:

    PATH=build/bin:$PATH python3 test/Conversion/RowToGPU/Inputs/resources.py examples \\
        test/Conversion/RowToGPU/Inputs/resources.txt --update

A line is `example dtype target kernel registers spilled-bytes shared-bytes`: bytes of a block with 16 entries in every
history.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

entries = 16
examples, table = sys.argv[1], sys.argv[2]
dtypes = [word for word in sys.argv[3:] if word in ("fp32", "bf16")] or ["fp32", "bf16"]
names = sorted(name[:-6] for name in os.listdir(examples) if name.endswith(".braid"))
program = os.environ.get("BRAID_PTXAS") or shutil.which("ptxas") or "/usr/local/cuda/bin/ptxas"
scratch = tempfile.TemporaryDirectory()


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        sys.stderr.write(f"failed: {' '.join(command)}\n{done.stdout}\n")
        os._exit(1)
    return done.stdout


def shared(module):
    """Dynamic shared memory of every kernel, as `braid.launch` of its function says."""
    found = {}
    for line in open(module):
        if other := re.search(r"llvm\.func @(\w+)\(.*braid\.shared = (\d+)", line):
            found[other[1]] = int(other[2])
        function = re.search(r"llvm\.func @(\w+)\(.*braid\.launch = \{(.*)", line)
        if not function:
            continue
        plan = function[2]
        number = lambda name: int(re.search(name + r" = (\d+)", plan)[1])

        def total(name):
            listed = re.search(r"\b" + name + r" = \[((?:[^\[\]]|\[[^\]]*\])*)\]", plan)[1]
            terms = ([int(n) for n in term.split(",")] for term in re.findall(r"array<i64: ([\d, ]+)>", listed))
            return sum(-(-each * entries ** len(axes) // 16) * 16 for each, *axes in terms)

        found[function[1]] = number("exchange") + total("block_shared") + total("partials") + total("shared") * number("rows_per_block")
        if ring := re.search(r"\bring = array<i64: (\d+), (\d+), \d+>", plan):
            found[function[1]] += min(2 * entries, int(ring[2])) * int(ring[1])
    return found


def measure(job):
    name, dtype = job
    rows = []
    for chip in ("sm_80", "sm_90a"):
        module, ptx = (os.path.join(scratch.name, f"{name}.{dtype}.{chip}.{kind}") for kind in ("mlir", "ptx"))
        run("braid", "compile", os.path.join(examples, name + ".braid"), "--target", chip, "--dtype", dtype, "--emit", "nvvm",
            "--functions", "logits,grad,step", "-o", module)
        dynamic = shared(module)
        run("braid", "compile", module, "--target", chip, "--emit", "ptx", "-o", ptx)
        said = run(program, "-arch=" + chip, "-O3", "-v", ptx, "-o", ptx + ".cubin")
        for part in said.split("Compiling entry function '")[1:]:
            kernel = part[: part.index("'")]
            static = re.search(r"(\d+) bytes smem", part)
            rows.append((name, dtype, chip, kernel, int(re.search(r"Used (\d+) registers", part)[1]),
                         int(re.search(r"(\d+) bytes spill stores", part)[1]),
                         (int(static[1]) if static else 0) + dynamic.get(kernel, 0)))
    return sorted(rows)


version = "ptxas " + re.search(r", (V[\d.]+)", run(program, "--version"))[1]
with ThreadPoolExecutor(os.cpu_count()) as pool:
    measured = [row for rows in pool.map(measure, [(name, dtype) for name in names for dtype in dtypes]) for row in rows]
with open(table) as lines:
    same = next(lines).startswith(f"# {version}:")
    expected = [tuple(int(word) if word.isdigit() else word for word in line.split()) for line in lines]
    expected = [row for row in expected if row[1] in dtypes]
known = {("mudd", "fp32", "sm_80"): 32, ("mudd", "bf16", "sm_80"): 32, ("gated_deltanet", "fp32", "sm_80"): 16, ("gated_deltanet", "fp32", "sm_90a"): 16}
spilling = [row for row in measured if row[5] > known.get(row[:3], 0)]
for row in spilling:
    print("spills:", *row)

if "--update" in sys.argv:
    if len(dtypes) < 2:
        sys.exit("the table is written whole: no fp32 or bf16 beside --update")
    with open(table, "w") as out:
        out.write(f"# {version}: example dtype target kernel registers spilled-bytes shared-bytes\n")
        for row in measured:
            out.write(" ".join(map(str, row)) + "\n")
    sys.exit(bool(spilling))

if not same:
    print(f"the table is not of {version}: registers are not compared")
    expected, seen = ([row[:4] + row[6:] for row in rows] for rows in (expected, measured))
else:
    seen = measured
changed = [("table:", row) for row in sorted(set(expected) - set(seen))] + [("now:", row) for row in sorted(set(seen) - set(expected))]
for what, row in sorted(changed, key=lambda entry: (entry[1][:4], entry[0] == "now:")):
    print(what, *row)
if changed:
    print(f"\n{len(changed)} lines differ; to take what is for what should be:", __doc__.split("kernel spills:")[1].split("\n\n")[1], sep="\n")
print(f"{len(measured)} kernels, {len(spilling)} with spills; largest {max(row[4] for row in measured)} registers")
sys.exit(bool(changed or spilling))
