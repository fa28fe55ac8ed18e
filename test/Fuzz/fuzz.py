#!/usr/bin/env python3
"""Random programs on every device: what `./run fuzz` and the tests of this folder run.

  fuzz.py programs BIN FOLDER --first SEED --count N    programs of seeds, compared (programs.py)
  fuzz.py planted BIN FOLDER --first SEED --count N     the same with faults in the compiled gradient, which must be noticed
  fuzz.py broken BIN FOLDER --first SEED --count N      programs with one thing wrong (broken.py): each gets a diagnostic at its place
  fuzz.py shrink BIN FILE                               a program that fails, made smaller, on standard output

Each program is compared by braid-compare between the oracle, the CPU and, kernel by kernel, the emulator. What fails is made smaller
(shrink.py) and written into FOLDER/failures, with how to see it again. The last line counts; the exit code is 0 if nothing failed.
"""
import argparse
import collections
import json
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import broken
import programs
from shrink import shrink

# What a program may come to without being a failure; the second is rare.
GOOD = {"ok", "not finite"}


class Comparer:
    """A braid-compare that waits for names of files."""

    def __init__(self, folder, *flags):
        self.process = subprocess.Popen([str(folder / "braid-compare"), *flags, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, path):
        self.process.stdin.write(f"{path}\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit("braid-compare came to an end")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def kind(verdict):
    """What stays the same while a failure is made smaller."""
    if verdict["verdict"] == "differs":
        return "differs", verdict["what"].split(":")[0]
    first = next((line for line in verdict.get("text", "").splitlines() if "error" in line), "")
    message = first.split("error", 1)[-1]
    return verdict["verdict"], verdict.get("what", ""), re.sub(r"\d+|`[^`]*`", "#", message)


def make_smaller(compare, scratch, text, verdict, seconds):
    wanted = kind(verdict)

    def still(candidate):
        scratch.write_text(candidate)
        return kind(compare(scratch)) == wanted

    return shrink(text, still, seconds)


def record(folder, name, text, verdict, compare, seconds):
    """Writes a failure, whole and small, with what was said of it."""
    folder.mkdir(parents=True, exist_ok=True)
    whole, small = folder / f"{name}.braid", folder / f"{name}.small.braid"
    whole.write_text(text)
    small.write_text(make_smaller(compare, small, text, verdict, seconds) if seconds else text)
    told = compare(small) if seconds else verdict
    again = f"see it again: build/bin/braid-compare {small}"
    (folder / f"{name}.txt").write_text(f"{told['verdict']}: {told.get('what', '')}\n\n{told.get('text', '')}\n\n{again}\n")
    print(f"{name}: {verdict['verdict']} {verdict.get('what', '')} {' '.join(verdict.get('text', '').strip().splitlines()[:1])}\n  {again}", flush=True)


class Seeds:
    """Hands out seeds to several threads, and knows up to where all are done."""

    def __init__(self, first, count, seconds, saved):
        self.lock, self.saved = threading.Lock(), saved
        self.next, self.last = first, first + count
        if saved and saved.exists():
            self.next = max(first, json.loads(saved.read_text())["next"])
        self.end = time.monotonic() + seconds if seconds else None
        self.open = set()

    def __iter__(self):
        while True:
            with self.lock:
                if self.next >= self.last or self.end and time.monotonic() > self.end:
                    return
                seed = self.next
                self.next += 1
                self.open.add(seed)
            yield seed
            with self.lock:
                self.open.remove(seed)
                if self.saved:
                    self.saved.write_text(json.dumps({"next": min(self.open | {self.next})}))


def without_kernels(text):
    """The program without a GPU: the check of row kernels takes several times as long as all the rest."""
    first, rest = text.split("\n", 1)
    return re.sub(r" target=\S+", "", first) + "\n" + rest


def on_threads(jobs, work):
    threads = [threading.Thread(target=work, args=(number,)) for number in range(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def run_programs(args):
    args.folder.mkdir(parents=True, exist_ok=True)
    counts, values = collections.Counter(), collections.Counter()
    seeds = Seeds(args.first, args.count, args.seconds, args.folder / "programs.json" if args.resume else None)
    lock = threading.Lock()

    def work(number):
        compare = Comparer(args.bin, "--limit", "120")
        path = args.folder / f"program{number}.braid"
        for seed in seeds:
            text = programs.program(seed, tuple(programs.DEFAULT) + tuple(args.switch))
            if seed % args.kernels_every:
                text = without_kernels(text)
            path.write_text(text)
            verdict = compare(path)
            with lock:
                counts[verdict["verdict"]] += 1
                for name in ("compared", "excused", "blind"):
                    values[name] += verdict.get("counts", {}).get(name, 0)
            if verdict["verdict"] not in GOOD:
                record(args.folder / "failures", f"seed-{seed}", text, verdict, compare, args.shrink)
        compare.close()

    on_threads(args.jobs, work)
    total = sum(counts.values())
    failed = sum(n for verdict, n in counts.items() if verdict not in GOOD)
    print(f"{total} programs: {', '.join(f'{n} {verdict}' for verdict, n in sorted(counts.items()))}; {values['compared']} values compared, "
          f"{values['excused']} held to what fp32 resolves, {values['blind']} of them to less than a digit")
    # A net with holes is none: programs without finite numbers and values without digits are few.
    if counts["not finite"] * 20 > total or values["blind"] * 10 > values["compared"]:
        print("too many of them say nothing")
        failed += 1
    return failed


def run_planted(args):
    """Faults that move a gradient or the loss by a thousandth must be noticed."""
    args.folder.mkdir(parents=True, exist_ok=True)
    compare = Comparer(args.bin)
    telling = noticed = 0
    for seed in range(args.first, args.first + args.count):
        path = args.folder / f"planted{seed}.braid"
        first, rest = without_kernels(programs.program(seed)).split("\n", 1)
        path.write_text(f"{first.replace(' bf16', '')} plants=4\n{rest}")
        for plant in compare(path).get("counts", {}).get("plants", []):
            if plant["effect"] > 1e-3:
                telling += 1
                noticed += plant["noticed"]
                if not plant["noticed"]:
                    print(f"not noticed: {plant['op']} in {path}, which moves a result by {plant['effect']:.2g} of itself")
    print(f"{noticed} of {telling} planted faults were noticed")
    return telling < args.count or noticed < 0.95 * telling


def run_broken(args):
    """A diagnostic at the place that was broken, or a program that runs; nothing else."""
    args.folder.mkdir(parents=True, exist_ok=True)
    counts = collections.Counter()
    seeds = Seeds(args.first, args.count, args.seconds, args.folder / "broken.json" if args.resume else None)
    lock = threading.Lock()

    def work(number):
        compare = Comparer(args.bin, "--limit", "120")
        path = args.folder / f"broken{number}.braid"
        for seed in seeds:
            text, lines, how = broken.broken(seed)
            text = without_kernels(text)
            path.write_text(text)
            verdict = compare(path)
            what = verdict["verdict"]
            if what == "rejected":
                where = broken.places(verdict["text"])
                what = "silent" if not verdict["text"].strip() else "refused" if where and (not lines or lines & where) else "misplaced"
            elif what in GOOD:
                what = "still a program"
            with lock:
                counts[what] += 1
            if what not in ("refused", "still a program"):
                failures = args.folder / "failures"
                failures.mkdir(exist_ok=True)
                file = failures / f"broken-{seed}.braid"
                file.write_text(text)
                wanted = f"lines {sorted(lines)}" if lines else "anywhere"
                (failures / f"broken-{seed}.txt").write_text(f"{what}: {how}, {wanted}\n\n{verdict.get('what', '')}\n{verdict.get('text', '')}\n")
                print(f"broken-{seed}: {what} ({how}, {wanted}): {verdict.get('what', '')} {' '.join(verdict.get('text', '').strip().splitlines()[:1])}\n"
                      f"  see it again: build/bin/braid-compare {file}", flush=True)
        compare.close()

    on_threads(args.jobs, work)
    print(f"{sum(counts.values())} broken programs: {', '.join(f'{n} {what}' for what, n in sorted(counts.items()))}")
    return sum(n for what, n in counts.items() if what not in ("refused", "still a program")) or counts["refused"] < 0.6 * sum(counts.values())


def run_shrink(args):
    scratch = args.scratch or args.file.with_suffix(".candidate.braid")
    text = args.file.read_text()
    compare = Comparer(args.bin, *(["--front-end"] if args.keep else []), "--limit", "120")
    verdict = compare(args.file)
    if args.keep:
        def still(candidate):
            scratch.write_text(candidate)
            return bool(re.search(args.keep, candidate)) and compare(scratch)["verdict"] == "ok"
        print(shrink(text, still, args.shrink), end="")
        return 0
    if verdict["verdict"] in GOOD:
        sys.exit(f"nothing is wrong with it: {verdict['verdict']}")
    print(make_smaller(compare, scratch, text, verdict, args.shrink), end="")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, run in (("programs", run_programs), ("planted", run_planted), ("broken", run_broken)):
        p = commands.add_parser(name)
        p.add_argument("bin", type=Path)
        p.add_argument("folder", type=Path)
        p.add_argument("--first", type=int, default=1)
        p.add_argument("--count", type=int, default=100)
        p.add_argument("--seconds", type=float, help="end after so long")
        p.add_argument("--shrink", type=float, default=60, help="seconds for making a failure smaller (60)")
        p.add_argument("--jobs", type=int, default=1)
        p.add_argument("--kernels-every", type=int, default=6, help="run the row kernels of every so many-th seed (6)")
        p.add_argument("--resume", action="store_true", help="go on where the last run with this flag ended")
        p.add_argument("--switch", action="append", default=[], help=f"make these, too: {', '.join(programs.SWITCHES)}")
        p.set_defaults(run=run)
    p = commands.add_parser("shrink")
    p.add_argument("bin", type=Path)
    p.add_argument("file", type=Path)
    p.add_argument("--shrink", type=float, default=300, help="seconds (300)")
    p.add_argument("--scratch", type=Path, help="where candidates are written (beside FILE)")
    p.add_argument("--keep", help="what is kept is a match of this, in a program, not a failure")
    p.set_defaults(run=run_shrink)
    args = parser.parse_args()
    sys.exit(1 if args.run(args) else 0)


if __name__ == "__main__":
    main()
