#!/usr/bin/env python3
"""Mutants of generated GPU kernels against the check of kernels, on the emulator.

    utils/mutate.py PROGRAM… [--set K=V…] [--kinds a,b] [--each N] [--seed S] [--jobs N] [--json FILE] [--expect KIND=RATE…]

Each mutant is one change of one line of a kernel in stage `nvvm`: a comparison turned, a store left out, a barrier removed.
`braid run --function row-kernels --code` must notice. Prints how many of each kind are noticed, and those that are not, which either
change nothing (docs/testing-kernels.md says which) or show what the check does not see. With --expect, fails where fewer are noticed.
"""
import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

PREDICATES = {"slt": ["sle", "sge"], "sle": ["slt"], "sgt": ["sge"], "sge": ["sgt", "slt"], "ult": ["ule", "uge"], "ule": ["ult"], "ugt": ["uge"],
              "uge": ["ugt"], "eq": ["ne"], "ne": ["eq"], "olt": ["ole", "oge"], "ole": ["olt"], "ogt": ["oge", "olt"], "oge": ["ogt"], "oeq": ["one"],
              "une": ["oeq"], "uno": ["ord"]}
INTEGER = {"add": ["sub"], "sub": ["add"], "mul": ["add"], "and": ["or"], "or": ["and"], "xor": ["and"], "shl": ["lshr"], "lshr": ["shl"], "urem": ["udiv"],
           "udiv": ["urem"], "srem": ["sdiv"], "sdiv": ["srem"]}
REAL = {"fadd": ["fsub"], "fsub": ["fadd"], "fmul": ["fadd"], "fdiv": ["fmul"]}


def constant(kind, value):
    scalar = re.sub(r"vector<\d+x(\w+)>", r"\1", kind)
    return f"llvm.mlir.constant(dense<{value}> : {kind}) : {kind}" if kind.startswith("vector") else f"llvm.mlir.constant({value} : {scalar}) : {kind}"


def mutants_of(line):
    """(kind, lines in its place) for every mutant of a line."""
    if match := re.search(r'llvm\.(icmp|fcmp) "(\w+)"', line):
        for other in PREDICATES.get(match[2], []):
            yield "comparisons", line.replace(f'"{match[2]}"', f'"{other}"', 1)
    if match := re.search(r"= llvm\.(\w+) ", line):
        for table, kind in ((INTEGER, "integers"), (REAL, "arithmetic")):
            for other in table.get(match[1], []):
                yield kind, re.sub(r" (overflow|fastmath)<\w+(, \w+)*>", "", line.replace(f"llvm.{match[1]} ", f"llvm.{other} ", 1))
    if match := re.search(r"^(\s*%\S+ = )llvm\.fneg (%\S+) .*: (\S+)$", line):
        yield "arithmetic", f"{match[1]}llvm.fadd {match[2]}, {match[2]} : {match[3]}"
    if match := re.search(r"^(\s*%\S+ = )llvm\.select (%\S+), (%\S+), (%\S+) :(.*)$", line):
        yield "integers", f"{match[1]}llvm.select {match[2]}, {match[4]}, {match[3]} :{match[5]}"
    if match := re.search(r"^(\s*)(%\S+) = nvvm\.shfl\.sync +bfly (%\S+), (%\S+), (%\S+), (%\S+) :(.*)$", line):
        yield "shuffles", f"{match[1]}{match[2]} = nvvm.shfl.sync bfly {match[3]}, {match[4]}, {match[6]}, {match[6]} :{match[7]}"
        yield "shuffles", f"{match[1]}{match[2]} = nvvm.shfl.sync idx {match[3]}, {match[4]}, {match[5]}, {match[6]} :{match[7]}"
    if re.search(r"nvvm\.(barrier0|bar\.warp\.sync)", line):
        yield "removed syncs", ""
    if re.search(r"nvvm\.cp\.async\.(wait|shared)", line):
        yield "async copies", ""
    if re.search(r"^\s*llvm\.store ", line):
        yield "stores", ""
    if match := re.search(r"^(\s*)(%\S+) = llvm\.load (.*) -> (f32|i16|vector<\d+x(?:f32|i16)>)$", line):
        zero = constant(match[4], "0.0" if "f32" in match[4] else "0")
        with_type = "fmul" if "f32" in match[4] else "and"
        yield "zeroed inputs", f"{match[1]}{match[2]}_r = llvm.load {match[3]} -> {match[4]}\n{match[1]}{match[2]}_z = {zero}\n{match[1]}{match[2]} = llvm.{with_type} {match[2]}_r, {match[2]}_z : {match[4]}"
    if match := re.search(r"^(\s*%\S+ = )llvm\.mlir\.constant\(-1 : i32\) : i32", line):
        yield "masks", f"{match[1]}llvm.mlir.constant(65535 : i32) : i32"
    if match := re.search(r"^(\s*%\S+ = )nvvm\.read\.ptx\.sreg\.(tid|ctaid|nctaid)\.x : i32", line):
        yield "special registers", f"{match[1]}llvm.mlir.constant({1 if match[2] == 'nctaid' else 0} : i32) : i32"


class Program:
    """A program's host text, and its kernels as functions of one module each."""

    def __init__(self, path, settings, folder):
        self.path, self.host = path, os.path.join(folder, os.path.basename(path) + ".host.mlir")
        nvvm = os.path.join(folder, os.path.basename(path) + ".nvvm.mlir")
        made = ["--functions", "loss,grad,step"] if path.endswith(".braid") else []
        subprocess.run(["braid", "compile", path, *made, *[w for s in settings for w in ("--set", s)], "--emit", "host", "--locations", "never", "-o", self.host], check=True)
        subprocess.run(["braid", "compile", self.host, "--target", "sm_80", "--emit", "nvvm", "--locations", "never", "-o", nvvm], check=True)
        self.before, self.after, self.kernels, name = [], [], {}, None
        with open(nvvm) as file:
            for line in file.read().split("\n"):
                if match := re.match(r"    llvm\.func @(\w+)\(", line):
                    name = match[1]
                    self.kernels[name] = []
                if name:
                    self.kernels[name].append(line)
                    name = None if line.startswith("    }") else name
                elif not self.kernels:
                    self.before.append(line)
                elif line.startswith(("    llvm.mlir.global", "  }", "}")) and (not self.after or not self.after[0].startswith("  }")):
                    (self.before if "global" in line else self.after).append(line)
        self.after = ["  }", "}"]
        while self.before and not self.before[0].startswith(("#", "!", "module")):
            self.before.pop(0)

    def module(self, kernel, lines):
        """The kernel with these lines, and what it may need beside it."""
        others = [line for name, body in self.kernels.items() if name in ("braid_sum_partials",) and name != kernel for line in body]
        return "\n".join(self.before + lines + others + self.after) + "\n"

    def mutants(self):
        for kernel, lines in self.kernels.items():
            if kernel.startswith("braid_") or kernel.endswith("_few"):
                continue
            for number, line in enumerate(lines[1:], 1):
                for kind, text in mutants_of(line):
                    if text != line:
                        yield {"program": os.path.basename(self.path), "kernel": kernel, "line": number, "kind": kind, "was": line.strip(), "is": text.strip()}

    def check(self, kernel, lines, folder, tag, limit):
        """What the check says of the code: None if nothing."""
        code = os.path.join(folder, f"{tag}.mlir")
        with open(code, "w") as file:
            file.write(self.module(kernel, lines))
        command = ["braid", "run", self.host, "--function", "row-kernels", "--device", "emulator", "--kernel", kernel, "--code", code]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=limit)
        except subprocess.TimeoutExpired:
            return "takes too long"
        finally:
            os.unlink(code)
        return None if done.returncode == 0 else (done.stderr.strip().split("\n") or [""])[0][:200] or "ends with %d" % done.returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="+")
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--kinds", help="these kinds alone, separated by commas")
    parser.add_argument("--each", type=int, default=0, help="so many mutants of each kind, drawn at random; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--limit", type=float, default=120, help="seconds for one mutant")
    parser.add_argument("--json", help="all mutants and what was said of them")
    parser.add_argument("--expect", action="append", default=[], help="KIND=PERCENT that must be noticed")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        programs = [Program(path, options.set, folder) for path in options.programs]
        chosen = defaultdict(list)
        for program in programs:
            for kernel in {m["kernel"] for m in program.mutants()}:
                if problem := program.check(kernel, program.kernels[kernel], folder, "right", options.limit):
                    sys.exit(f"the check refuses {kernel} as it is: {problem}")
            for mutant in program.mutants():
                if not options.kinds or mutant["kind"] in options.kinds.split(","):
                    chosen[mutant["kind"]].append((program, mutant))
        draw = random.Random(options.seed)
        jobs = [job for kind in sorted(chosen) for job in (draw.sample(chosen[kind], min(options.each, len(chosen[kind]))) if options.each else chosen[kind])]

        def run(job):
            number, (program, mutant) = job
            lines = list(program.kernels[mutant["kernel"]])
            lines[mutant["line"]] = mutant["is"]
            mutant["said"] = program.check(mutant["kernel"], lines, folder, str(number), options.limit)
            return mutant

        with ThreadPoolExecutor(options.jobs) as pool:
            results = list(pool.map(run, enumerate(jobs)))
    rates = defaultdict(lambda: [0, 0])
    for mutant in results:
        rates[mutant["kind"]][0] += mutant["said"] is not None
        rates[mutant["kind"]][1] += 1
    for mutant in results:
        if mutant["said"] is None:
            print(f"survives: {mutant['program']} {mutant['kernel']} line {mutant['line']}, {mutant['kind']}: {mutant['was']}  ->  {mutant['is'] or 'nothing'}")
    for kind, (noticed, all_of) in sorted(rates.items()):
        print(f"{kind:18} {noticed:5} of {all_of:5} noticed")
    print(f"{'all':18} {sum(r[0] for r in rates.values()):5} of {len(results):5} noticed")
    if options.json:
        with open(options.json, "w") as file:
            json.dump(results, file, indent=1)
    failed = False
    for wanted in options.expect:
        kind, percent = wanted.split("=")
        noticed, all_of = rates[kind]
        if not all_of or 100 * noticed < float(percent) * all_of:
            print(f"{kind}: {noticed} of {all_of} is less than {percent} %")
            failed = True
    sys.exit(failed)


main()
