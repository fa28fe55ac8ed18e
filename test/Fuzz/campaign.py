#!/usr/bin/env python3
"""./run fuzz: the net, cast wide. Everything by default, or what is named:

  ./run fuzz programs    2,000 random programs, each compared between the oracle, the CPU and the emulator's row kernels
  ./run fuzz broken      2,000 programs with one thing wrong: a diagnostic at its place, never a crash, never silence
  ./run fuzz hostile     2,000 damaged files of every kind that is read: an end with a message, never a signal
  ./run fuzz targets     what reads files, under libFuzzer and sanitizers, an hour each: frontend, stages, safetensors, tokens, folder;
                         `./run fuzz targets stages` is one of them

Work goes on where the last run ended, until a kind is through (--restart begins anew). Failures, made smaller, lie in build/fuzz/failures,
those of targets in build-fuzz/targets/failures, with the command that shows each again. The exit code is 0 if nothing failed.
"""
import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

import programs
import targets

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
KINDS = ("programs", "broken", "hostile", "targets")


def command(what, args):
    """What runs one kind."""
    if what == "targets":
        folder = ROOT / "build-fuzz" / "targets"
        if args.restart:
            shutil.rmtree(folder / "corpus", ignore_errors=True)
        return [sys.executable, HERE / "targets.py", ROOT / "build-fuzz" / "bin", folder, *(name for name in args.what if name in targets.NAMES),
                "--seconds", str(int(args.seconds or 3600)), "--jobs", str(args.jobs)]
    folder = ROOT / "build" / "fuzz"
    if args.restart:
        (folder / f"{what}.json").unlink(missing_ok=True)
    script = [HERE / "hostile.py"] if what == "hostile" else [HERE / "fuzz.py", what]
    result = [sys.executable, *script, ROOT / "build" / "bin", folder, "--first", str(args.first), "--count", str(args.count),
              "--jobs", str(args.jobs), "--resume"]
    if what == "programs":
        result += ["--kernels-every", "1"]
        for switch in args.switch:
            result += ["--switch", switch]
    if args.seconds:
        result += ["--seconds", str(args.seconds)]
    return result


def main():
    parser = argparse.ArgumentParser(prog="./run fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", metavar="WHAT", help=", ".join(KINDS))
    parser.add_argument("--first", type=int, default=1001, help="the first seed (1001; ./run test has the small ones)")
    parser.add_argument("--count", type=int, default=2000, help="seeds of each kind (2000)")
    parser.add_argument("--seconds", type=float, help="end each kind, and each target, after so long (a target after an hour)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes side by side (one a processor)")
    parser.add_argument("--switch", action="append", default=[], help=f"constructs that programs do not have by default: {', '.join(programs.SWITCHES)}")
    parser.add_argument("--restart", action="store_true", help="begin with the first seed again")
    args = parser.parse_args()
    known = KINDS + (targets.NAMES if "targets" in args.what else ())
    for what in args.what:
        if what not in known:
            parser.error(f"there is nothing called {what}: choose from {', '.join(known)}")
    failed = [what for what in args.what or KINDS if what in KINDS and subprocess.run(command(what, args)).returncode]
    print("failed: " + ", ".join(failed) if failed else "nothing failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
