#!/usr/bin/env python3
"""Puts what was built into one archive for machines without packages: bundle.py BUILD OUT.tar.gz [LIMIT]

The archive holds one folder, `braid`: bin, lib (every library of the tools but glibc's own), examples, bench/gpu, a few pages
of docs, and COMMIT. It may be unpacked anywhere. The same files give the same bytes. More than LIMIT bytes (60 MB) are
refused.
"""
import gzip
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIMIT = 60_000_000
# What every glibc machine has, and has of one version with its loader.
GLIBC = re.compile(r"(ld-linux.*|libc|libm|libpthread|libdl|librt|linux-vdso)\.so\.\d+$")
README = """Braid, to run where it is unpacked. Nothing is built and nothing else is needed but glibc {glibc} or newer and, for GPUs, NVIDIA's driver.

  bench/gpu/run                     every row kernel of every example on the GPU against the interpreter, then benchmarks
  bench/gpu/run --device emulator   the same path on the CPU with tiny sizes; says nothing about speed
  bin/braid doctor --device cuda    whether the GPU can be used
  bin/braid --help                  docs/ has gpu.md, emulator.md, benchmarks.md
"""


def git(*arguments):
    """Its output; nothing where there is no repository or no git."""
    if not shutil.which("git"):
        return ""
    done = subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""


def libraries(program):
    """Name and file of each library that the program loads."""
    text = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
    missing = re.findall(r"(\S+) => not found", text)
    if missing:
        sys.exit(f"bundle: {program} lacks {', '.join(missing)}")
    return {name: Path(file).resolve() for name, file in re.findall(r"(\S+) => (/\S+)", text) if not GLIBC.match(name)}


def glibc_version(files):
    """The newest version of glibc's symbols that the files use."""
    versions = set()
    for file in files:
        versions |= set(re.findall(rb"GLIBC_(\d+)\.(\d+)", Path(file).read_bytes()))
    return "%d.%d" % max((int(a), int(b)) for a, b in versions)


def collect(build):
    """Path in the archive to (file, or bytes, or the target of a link; mode)."""
    program = build / "bundle/bin/braid-bundled"
    found = libraries(program)
    entries = {"bin/braid": (program, 0o755), "bin/braid-emulate": ("braid", 0o777)}
    for name, file in found.items():
        entries["lib/" + name] = (file, 0o644)
    for folder, pattern in (("examples", "*.braid"), ("bench/gpu", "**/*")):
        for file in (ROOT / folder).glob(pattern):
            if file.is_file() and "__pycache__" not in file.parts:
                entries[str(file.relative_to(ROOT))] = (file, 0o755 if os.access(file, os.X_OK) else 0o644)
    for page in ("gpu.md", "emulator.md", "benchmarks.md"):
        entries["docs/" + page] = (ROOT / "docs" / page, 0o644)
    for wheel in (build / "bundle/wheels").glob("*.whl"):
        entries["bench/gpu/peers/" + wheel.name] = (wheel, 0o644)
    commit = git("rev-parse", "--short", "HEAD") or "unknown"
    if git("status", "--porcelain", "--untracked-files=no"):
        commit += " with changes"
    entries["COMMIT"] = ((commit + "\n").encode(), 0o644)
    entries["README"] = (README.format(glibc=glibc_version([program, *found.values()])).encode(), 0o644)
    entries["LICENSE"] = (ROOT / "LICENSE", 0o644)
    return entries


def write(entries, out, limit):
    time = int(git("log", "-1", "--format=%ct") or 0)
    partial = out.with_name(out.name + ".partial")
    with open(partial, "wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed, tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path, (content, mode) in sorted(entries.items()):
            info = tarfile.TarInfo("braid/" + path)
            info.mode, info.mtime = mode, time
            if isinstance(content, str):
                info.type, info.linkname = tarfile.SYMTYPE, content
                tar.addfile(info)
                continue
            data = content if isinstance(content, bytes) else content.read_bytes()
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
            packed.flush()
            if raw.tell() > limit:
                break
    size = partial.stat().st_size
    if size > limit:
        partial.unlink()
        sys.exit(f"bundle: the archive is larger than {limit / 1e6:g} MB at braid/{path}")
    partial.replace(out)
    return size


def main():
    build, out = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    entries = collect(build)
    size = write(entries, out, int(sys.argv[3]) if len(sys.argv) > 3 else LIMIT)
    print(f"{out}: {size / 1e6:.1f} MB, {len(entries)} files, commit {entries['COMMIT'][0].decode().strip()}")


main()
