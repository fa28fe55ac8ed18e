#!/usr/bin/env python3
"""Files that came to harm: hostile.py BIN FOLDER --first SEED --count N [--seconds S]

Of each kind of file that braid reads (programs, modules of every stage, tensors, tokens, the files of a training folder) there is a good one.
A seed damages it: bytes and lines are changed, lost, doubled, moved, numbers become extreme ones. The command that reads it must
end with 0, or with 1 or 2 and a message: no signal, no silence, not for longer than a minute, nor with more than 8 GiB.
"""
import argparse
import json
import random
import re
import resource
import shutil
import struct
import subprocess
import sys
import threading
from pathlib import Path

PROGRAM = """config { vocab = 256  dim = 4  heads = 2 }
connection c(v: [depth, dim]) {
  param a: [depth] = onehot[depth](last)
  read sum[depth](softmax[depth](a) * v)
}
model m(tokens: id[vocab]) {
  param embed: [vocab, dim] = normal(0.02)  decay on
  stream x: [dim] = embed[tokens] with c over last(2)
  x <- attention(rmsnorm(x), heads)
  x <- mlp(rmsnorm(x), 3)
  return dot[dim](x, embed)
}
"""
STAGES = ("braid", "derived", "row", "host", "loops")
MINUTE, MEMORY = 60, 8 << 30


def limited():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(*command, **more):
    return subprocess.run([str(c) for c in command], capture_output=True, stdin=subprocess.DEVNULL, timeout=MINUTE, preexec_fn=limited, **more)


def tensors(named):
    header, data = {}, b""
    for name, (dtype, shape, payload) in named.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(payload)]}
        data += payload
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def prepare(braid, folder):
    """Good files by name, and what reads each: a function of the damaged file's path."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    model, data = folder / "model.braid", folder / "data.bin"
    model.write_text(PROGRAM)
    (folder / "text.txt").write_text("the quick brown fox " * 20)

    def must(*command):
        result = run(braid, *command)
        if result.returncode:
            sys.exit(f"{command}: {result.stderr.decode()}")

    must("data", folder / "text.txt", "--output", data)
    must("train", model, "--data", data, "--out", folder / "run", "--batch", 1, "--tokens", 8, "--max-steps", 2, "--checkpoint-every", 1, "--log-every", 1, "--warmup", 1)
    (folder / "tensors.safetensors").write_bytes(tensors({"a": ("F32", [2, 2], bytes(16)), "b.c": ("BF16", [3], bytes(6)), "i": ("I64", [1], bytes(8))}))
    readers = {
        "model.braid": lambda path, out: ("check", path),
        "tensors.safetensors": lambda path, out: ("convert", path, "-o", out / "converted.safetensors", "--dtype", "fp64"),
        "data.bin": lambda path, out: ("eval", folder / "run", "--data", path, "--batch", 1, "--batches", 1),
    }
    for stage in STAGES:
        must("compile", model, "--emit", stage, "--function", "grad", "-o", folder / f"{stage}.mlir")
        readers[f"{stage}.mlir"] = lambda path, out: ("compile", path, "--emit", "llvm", "--function", "grad", "-o", out / "lowered.mlir")
    for name in ("config.json", "metrics.jsonl", "model.braid", "checkpoint-2/state.json", "checkpoint-2/params.safetensors", "checkpoint-2/optimizer.safetensors"):
        readers[f"run/{name}"] = None
    return readers


class Damage:
    def __init__(self, rng, data):
        self.rng, self.data = rng, bytearray(data)

    def at(self):
        return self.rng.randrange(len(self.data) + 1)

    def stretch(self):
        begin = self.at()
        return begin, min(len(self.data), begin + self.rng.choice([1, 1, 2, 4, 8, 30, 200]))

    def flip(self):
        if self.data:
            self.data[self.rng.randrange(len(self.data))] ^= 1 << self.rng.randrange(8)

    def lose(self):
        begin, end = self.stretch()
        del self.data[begin:end]

    def double(self):
        begin, end = self.stretch()
        self.data[begin:begin] = self.data[begin:end] * self.rng.choice([1, 1, 2, 50])

    def move(self):
        begin, end = self.stretch()
        part = self.data[begin:end]
        del self.data[begin:end]
        at = self.at()
        self.data[at:at] = part

    def insert(self):
        at = self.at()
        self.data[at:at] = self.rng.choice([b"\0", b"\xff" * 8, b'"', b"{", b"[" * 300, b"%0", b"-1", b"1e999", b"null", b"\n", bytes([self.rng.randrange(256)])])

    def cut(self):
        del self.data[self.at():]

    def extreme(self):
        """A number, in text or in eight bytes of a header, becomes one at an edge."""
        found = list(re.finditer(rb"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?", bytes(self.data)))
        if not found or self.rng.random() < 0.1:
            at = self.rng.randrange(max(1, len(self.data) - 8))
            self.data[at:at + 8] = struct.pack("<q", self.rng.choice([-1, 0, 1 << 62, 1 << 40, 255]))
            return
        match = self.rng.choice(found)
        self.data[match.start():match.end()] = self.rng.choice([b"0", b"-1", b"1", b"2147483648", b"9223372036854775807", b"18446744073709551616", b"1e308", b"0.5", b"nan", b"1099511627776"])

    def word(self):
        """A word becomes another one of the file."""
        found = list(re.finditer(rb"[A-Za-z_]\w+", bytes(self.data)))
        if found:
            match = self.rng.choice(found)
            self.data[match.start():match.end()] = self.rng.choice(found)[0]

    def line(self):
        """A line goes, or stands elsewhere as well."""
        lines = bytes(self.data).split(b"\n")
        i = self.rng.randrange(len(lines))
        if self.rng.random() < 0.5:
            del lines[i]
        else:
            lines.insert(self.rng.randrange(len(lines)), lines[i])
        self.data = bytearray(b"\n".join(lines))

    def bytes(self):
        kinds = [self.flip, self.lose, self.double, self.move, self.insert, self.cut, self.extreme, self.extreme, self.word, self.line]
        for _ in range(self.rng.choice([1, 1, 1, 2, 5])):
            self.rng.choice(kinds)()
        return bytes(self.data)


def judge(braid, good, readers, name, seed, out):
    """What is wrong with how a damaged file was read, or None; and the file."""
    rng = random.Random(f"hostile {seed}")
    data = Damage(rng, (good / name).read_bytes()).bytes()
    if readers[name]:
        path = out / Path(name).name
        path.write_bytes(data)
        command = readers[name](path, out)
    else:
        shutil.rmtree(out / "run", ignore_errors=True)
        shutil.copytree(good / "run", out / "run")
        path = out / name
        path.write_bytes(data)
        command = rng.choice([("eval", out / "run", "--data", good / "data.bin", "--batch", 1, "--batches", 1),
                              ("train", out / "run/model.braid", "--data", good / "data.bin", "--out", out / "run", "--batch", 1, "--tokens", 8, "--max-steps", 3, "--warmup", 1),
                              ("generate", out / "run", "--prompt", "a", "--max-tokens", 2)])
    try:
        result = run(braid, *command)
    except subprocess.TimeoutExpired:
        return "no end within a minute", path, command
    if result.returncode not in (0, 1, 2):
        return f"exit code {result.returncode}", path, command
    if result.returncode and not result.stderr.strip():
        return "no message", path, command
    return None, path, command


def main():
    # Only `fuzz.py` knows how seeds are handed out.
    from fuzz import Seeds, on_threads
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--resume", action="store_true")
    args = parser.parse_args()
    braid, good = (args.bin / "braid").resolve(), args.folder / "good"
    readers = prepare(braid, good)
    seeds = Seeds(args.first, args.count, args.seconds, args.folder / "hostile.json" if args.resume else None)
    failures, counts = args.folder / "failures", [0, 0]

    def work(number):
        out = args.folder / f"damaged{number}"
        out.mkdir(exist_ok=True)
        for seed in seeds:
            name = sorted(readers)[seed % len(readers)]
            problem, path, command = judge(braid, good, readers, name, seed, out)
            counts[0] += 1
            if problem:
                counts[1] += 1
                failures.mkdir(exist_ok=True)
                kept = failures / f"hostile-{seed}-{path.name}"
                shutil.copyfile(path, kept)
                print(f"hostile-{seed}: {problem}: braid {' '.join(map(str, command))}\n  the file: {kept}", flush=True)

    on_threads(args.jobs, work)
    print(f"{counts[0]} damaged files, {counts[1]} read badly")
    sys.exit(1 if counts[1] else 0)


if __name__ == "__main__":
    main()
