#!/usr/bin/env python3
"""Files of any bytes, found by libFuzzer: targets.py BIN FOLDER [NAME…] [--seconds S]

Runs the targets of BIN, each for so long, from the committed inputs (corpus/NAME) and those that earlier runs have found, which lie in
FOLDER/corpus/NAME. Of what fails, the smallest input of each kind lies in FOLDER/failures, with how to see it again. The exit code
is 0 if nothing failed.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
NAMES = ("frontend", "stages", "safetensors", "tokens", "folder")
# As for the files of hostile.py.
MINUTE, MEMORY = 60, 8192


def dictionary(seeds, path):
    """The words of the committed inputs, which libFuzzer then puts into others."""
    words = set()
    for seed in sorted(seeds.iterdir()):
        words |= set(re.findall(rb"[A-Za-z_][\w.]{2,30}", seed.read_bytes()))
    path.write_bytes(b"".join(b'"%s"\n' % word for word in sorted(words)))


def told(target, path):
    """What is said of an input that fails: what it is known by, and everything."""
    try:
        result = subprocess.run([target, f"-timeout={MINUTE}", f"-rss_limit_mb={MEMORY}", path], capture_output=True, timeout=5 * MINUTE)
    except subprocess.TimeoutExpired:
        return "no end within a minute", ""
    text = result.stderr.decode(errors="replace")
    if result.returncode == 0:
        return "", text
    broken = re.search(r"this does not hold: (.*)", text)
    summary = re.search(r"SUMMARY: (.*)", text)
    # The first place of ours, where the summary names none.
    ours = re.search(r"#\d+ \S+ in (.*(?:/lib/|/dialects/)\S+)", text)
    return (broken or summary)[1].strip() + (f" ({ours[1]})" if ours and not broken else "") if broken or summary else f"exit code {result.returncode}", text


def collect(name, target, found, failures):
    """Keeps the smallest input of each kind; how many kinds there are."""
    kinds = {}
    for path in sorted(found.iterdir(), key=lambda path: (path.stat().st_size, path.name)):
        what, text = told(target, path)
        if what and what not in kinds:
            kinds[what] = path
            failures.mkdir(parents=True, exist_ok=True)
            kept = failures / f"{name}-{path.name}"
            shutil.copyfile(path, kept)
            again = f"see it again: {os.path.relpath(target)} {os.path.relpath(kept)}"
            kept.with_suffix(".txt").write_text(f"{text}\n\n{again}\n")
            print(f"{name}: {what}\n  {again}", flush=True)
    return len(kinds)


def fuzz(name, args):
    """How many kinds of failures a target has."""
    target, seeds = args.bin / f"braid-fuzz-{name}", HERE / "corpus" / name
    corpus, found, scratch = args.folder / "corpus" / name, args.folder / "found" / name, args.folder / "scratch"
    for folder in (found, scratch):
        shutil.rmtree(folder, ignore_errors=True)
    for folder in (corpus, found, scratch):
        folder.mkdir(parents=True, exist_ok=True)
    dictionary(seeds, args.folder / f"{name}.dict")
    with open(args.folder / f"{name}.log", "wb") as log:
        # In memory where that is a folder: every input is a file, and some are synced.
        shm = Path("/dev/shm")
        folder = shm / f"braid-fuzz-{os.getpid()}" if os.access(shm, os.W_OK) else scratch
        folder.mkdir(exist_ok=True)
        try:
            status = subprocess.run([target, f"-fork={args.jobs}", "-ignore_crashes=1", "-ignore_timeouts=1", "-ignore_ooms=1",
                                     f"-max_total_time={args.seconds}", f"-timeout={MINUTE}", f"-rss_limit_mb={MEMORY}",
                                     f"-dict={args.folder / f'{name}.dict'}", f"-artifact_prefix={found}/", corpus, seeds],
                                    stdout=log, stderr=log, stdin=subprocess.DEVNULL, env={**os.environ, "TMPDIR": str(folder)}).returncode
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    kinds = collect(name, target, found, args.folder / "failures")
    log = (args.folder / f"{name}.log").read_text(errors="replace")
    runs = re.findall(r"^#(\d+): cov: (\d+)", log, re.M)
    if not runs:
        print(f"{name}: libFuzzer did not begin (exit code {status}); see {args.folder / f'{name}.log'}")
        return 1
    print(f"{name}: {runs[-1][0]} inputs, {len(list(corpus.iterdir()))} of them kept, {kinds} kinds of failures", flush=True)
    return kinds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--seconds", type=int, default=3600)
    parser.add_argument("--jobs", type=int, default=1)
    args = parser.parse_args()
    args.bin, args.folder = args.bin.resolve(), args.folder.resolve()
    failed = sum(fuzz(name, args) for name in args.names or NAMES)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
