#!/usr/bin/env python3
"""./run fuzz: the net, cast wide. Everything by default, or what is named:

  ./run fuzz programs    2,000 random programs, each compared between the oracle, the CPU and the emulator's row kernels
  ./run fuzz broken      2,000 programs with one thing wrong: a diagnostic at its place, never a crash, never silence
  ./run fuzz hostile     2,000 damaged files of every kind that is read: an end with a message, never a signal

Work goes on where the last run ended, until a kind is through (--restart begins anew). Failures, made smaller, lie in build/fuzz/failures
with the command that shows each again. The exit code is 0 if nothing failed.
"""
import argparse
import os
import subprocess
import sys
from pathlib import Path

import programs

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
KINDS = ("programs", "broken", "hostile")


def main():
    parser = argparse.ArgumentParser(prog="./run fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", metavar="WHAT", help=", ".join(KINDS))
    parser.add_argument("--first", type=int, default=1001, help="the first seed (1001; ./run test has the small ones)")
    parser.add_argument("--count", type=int, default=2000, help="seeds of each kind (2000)")
    parser.add_argument("--seconds", type=float, help="end each kind after so long")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes side by side (one a processor)")
    parser.add_argument("--switch", action="append", default=[], help=f"constructs that programs do not have by default: {', '.join(programs.SWITCHES)}")
    parser.add_argument("--restart", action="store_true", help="begin with the first seed again")
    args = parser.parse_args()
    for what in args.what:
        if what not in KINDS:
            parser.error(f"there is nothing called {what}: choose from {', '.join(KINDS)}")
    folder = ROOT / "build" / "fuzz"
    failed = []
    for what in args.what or KINDS:
        if args.restart:
            (folder / f"{what}.json").unlink(missing_ok=True)
        script = [HERE / "hostile.py"] if what == "hostile" else [HERE / "fuzz.py", what]
        command = [sys.executable, *script, ROOT / "build" / "bin", folder, "--first", str(args.first), "--count", str(args.count),
                   "--jobs", str(args.jobs), "--resume"]
        if what == "programs":
            command += ["--kernels-every", "1"]
            for switch in args.switch:
                command += ["--switch", switch]
        if args.seconds:
            command += ["--seconds", str(args.seconds)]
        if subprocess.run(command).returncode:
            failed.append(what)
    print("failed: " + ", ".join(failed) if failed else "nothing failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
