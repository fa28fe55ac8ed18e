#!/usr/bin/env python3
"""strip-attributes.py BIN PROGRAM… -- [--set K=V…]: what decides which code is made is declared in the text of a stage.

Every stage's text, with each discardable attribute of Braid's dropped, is taken on: what follows is the same, or it is refused.
"""
import subprocess
import sys
import tempfile
from pathlib import Path

ENDS = {"braid": ["loops"], "derived": ["loops"], "row": ["loops", "nvvm"], "host": ["loops", "nvvm"], "gpu": ["nvvm"], "loops": ["llvm"]}
UNITS = {"loops": [], "llvm": [], "nvvm": ["--target", "sm_90"], "gpu": ["--target", "sm_90"]}


def run(*command):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True)


def must(what, *command):
    done = run(*command)
    if done.returncode:
        sys.exit(f"{what}: {done.stderr}")
    return done.stdout


def main():
    tools, rest = Path(sys.argv[1]), sys.argv[2:]
    programs, sizes = rest[:rest.index("--")], rest[rest.index("--") + 1:]
    compiler, strip = tools / "braid", tools / "braid-strip"
    wrong = stripped = refused = same = 0
    with tempfile.TemporaryDirectory() as folder:
        text, bare, after = (Path(folder, name) for name in ("stage.mlir", "bare.mlir", "after.mlir"))
        for program in programs:
            for stage, ends in ENDS.items():
                what = f"{program}, {stage}"
                must(what, compiler, "compile", program, *sizes, "--function", "grad", "--emit", stage, *UNITS.get(stage, []), "-o", text)
                bare.write_text(must(what, strip, text))
                stripped += bare.read_text() != must(what, strip, text, "--keep")
                for end in ends:
                    take = ["--function", "grad", "--emit", end, *UNITS[end], "-o", after]
                    must(f"{what} to {end}", compiler, "compile", text, *take)
                    # Marks of the module as a whole are gone for good; nobody may have looked at them.
                    whole = must(what, strip, after)
                    if run(compiler, "compile", bare, *take).returncode:
                        refused += 1
                    elif must(what, strip, after) != whole:
                        wrong += 1
                        print(f"{what}: to {end}, something else follows")
                    else:
                        same += 1
    print(f"{stripped} texts lost attributes: from {same} the same follows, {refused} are refused, {wrong} wrong")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
