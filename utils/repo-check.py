#!/usr/bin/env python3
"""Checks of the repository by its own registries: repo-check.py ROOT CHECK [ARGUMENT…]

ops          every op of every dialect appears in a test of its dialect
rules        every verifier rule (R1 …, K1 …, H1 …) has a refusal test that names it
diagnostics  every diagnostic is reported somewhere, tested by its code, and listed in docs/language.md
stages       every stage of Stages.def has its row in docs/architecture.md, a flag's value and a test that emits it
names        no topology is named in the compiler's C++
links        every relative link in a Markdown file leads somewhere
shared       TOOL…: no tool links a component archive of LLVM beside the shared library
runs         every RUN line of a test checks something
layers       every #include is one that utils/layers.txt allows, which is no longer than needed, and as docs/architecture.md shows it;
             README.md has a line for each library that is built, and for no other
wrapped      pages wrap at 120 columns (utils/wrap.py does it)
format       TOOL: clang-format leaves every file as it is
"""
import os
import re
import subprocess
import sys
from pathlib import Path

from wrap import wrap

root = Path(sys.argv[1])
check = sys.argv[2]
problems = []


def read(path):
    return path.read_text(encoding="utf-8", errors="replace")


def files(folder, *suffixes):
    base = root / folder
    return sorted(p for p in base.rglob("*") if p.suffix in suffixes and p.is_file())


def tests():
    return files("test", ".mlir", ".braid", ".test")


def tables():
    return files("dialects", ".td")


def expect(condition, message):
    if not condition:
        problems.append(message)


def check_ops():
    text = "\n".join(read(p) for p in tests())
    count = 0
    for td in tables():
        dialect = td.parts[td.parts.index("dialects") + 1].lower()
        for op in re.finditer(r'^def \w+Op : \w+<"(\w+)"', read(td), re.M):
            count += 1
            name = f"{dialect}.{op.group(1)}"
            expect(re.search(rf"(?<![\w.]){re.escape(name)}\b", text), f"no test mentions the op {name}")
    expect(count > 40, f"found only {count} ops: the pattern no longer fits the tables")


def check_rules():
    refusals = "\n".join(read(p) for p in tests() if "expected-error" in read(p))
    labels = set()
    for source in tables() + files("dialects", ".cpp"):
        if "IR" in source.parts:
            labels |= set(re.findall(r"\b([RKH]\d{1,2}):", read(source))) | set(re.findall(r"\(([RKH]\d{1,2})\)", read(source)))
            labels |= set(re.findall(r"// ([RKH]\d{1,2})\b", read(source)))
    expect(len(labels) > 20, f"found only {len(labels)} rules")
    for label in sorted(labels):
        expect(re.search(rf"(?<!\w){label}(?!\d)|[@_]{label.lower()}_", refusals), f"no refusal test names rule {label}")


def check_diagnostics():
    text = "\n".join(read(p) for p in tests())
    code = "\n".join(read(p) for p in files("lib", ".cpp", ".h"))
    reference = read(root / "docs/language.md")
    rows = re.findall(r"^(?:DIAG|WARN)\((B\d{4}), (\w+),", read(root / "include/braid/Support/Diagnostics.def"), re.M)
    expect(len(rows) > 20, f"found only {len(rows)} diagnostics")
    for number, name in rows:
        expect(re.search(rf"Diag::{name}\b", code), f"{number} {name} is never reported")
        expect(number in text, f"no test expects {number} ({name})")
        expect(number in reference, f"docs/language.md does not list {number} ({name})")
    expect(len({r[0] for r in rows}) == len(rows), "a code is used twice")


def check_stages():
    rows = re.findall(r'^BRAID_STAGE\(\w+, "(\w+)", \w+, \w+, (\w+), "[^"]+",\s*"([^"]+)"\)', read(root / "include/braid/Pipelines/Stages.def"), re.M)
    expect(len(rows) >= 12, f"found only {len(rows)} stages: the pattern no longer fits the table")
    architecture, command_line = read(root / "docs/architecture.md"), read(root / "docs/command-line.md")
    text = "\n".join(read(p) for p in tests())
    for name, target, sentence in rows:
        row = re.search(rf"^\| `{name}` \| (.*?) \| `(.*?)` \|$", architecture, re.M)
        expect(row, f"docs/architecture.md has no row for the stage {name}")
        if row:
            expect(row[1].replace("`", "").startswith(sentence.replace("`", "")), f"docs/architecture.md says of the stage {name} what Stages.def does not")
            expect(f"--emit {name}" in row[2], f"docs/architecture.md does not say how to print {name}")
            expect(("--target sm_" in row[2]) == (target == "GPU"), f"docs/architecture.md: the target of {name}")
        expect(f"`{name}`" in command_line, f"docs/command-line.md does not name the stage {name}")
        expect(re.search(rf"--emit {name}\b", text), f"no test emits the stage {name}")


def check_names():
    # Names of topologies; `residual` and `depth` are words of the language.
    pattern = re.compile(r"attnres|attn_res|densenet|denseformer|\bmhc\b|hyper_?connection|\bmudd|u-?net\b|\bddl\b|prenorm", re.I)
    for path in files("lib", ".cpp", ".h", ".def") + files("include", ".h", ".def") + files("dialects", ".cpp", ".h", ".td"):
        for number, line in enumerate(read(path).splitlines(), 1):
            expect(not pattern.search(line), f"{path.relative_to(root)}:{number}: names a topology: {line.strip()}")


def check_links():
    for path in files("", ".md"):
        if path.relative_to(root).parts[0].startswith(("build", ".venv", "out")):
            continue
        prose = re.sub(r"```.*?```|`[^`\n]*`", "", read(path), flags=re.S)  # a[i](x) in code is no link
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", prose):
            if not re.match(r"[a-z]+:", target):
                expect((path.parent / target).exists(), f"{path.relative_to(root)}: dead link {target}")


def check_wrapped():
    for path in files("", ".md"):
        if not path.relative_to(root).parts[0].startswith(("build", ".venv", "out")):
            expect(wrap(read(path)) == read(path), f"{path.relative_to(root)}: a line is longer than 120 columns; run utils/wrap.py")


def check_shared():
    for tool in sys.argv[3:]:
        needed = subprocess.run(["ldd", tool], capture_output=True, text=True, check=True).stdout
        expect("libLLVM" in needed and "libMLIR" in needed, f"{tool} does not link the shared libraries")
        symbols = subprocess.run(["nm", "--defined-only", "-C", tool], capture_output=True, text=True).stdout
        expect("llvm::cl::Option::addArgument()" not in symbols, f"{tool} holds a second copy of LLVM's option parser")


def check_runs():
    good = re.compile(r"FileCheck|verify-diagnostics|diff\b|cmp\b|\bnot\b|grep|test |%python|--check|--compare|braid-runtime-test|--finite-differences")
    for path in tests():
        if "Repo" in path.parts or "Inputs" in path.parts:
            continue
        runs = re.findall(r"RUN: (.*)", read(path))
        expect(runs, f"{path.relative_to(root)}: no RUN line")
        expect(any(good.search(r) for r in runs), f"{path.relative_to(root)}: no RUN line checks anything")


def read_layers():
    """library -> (folders, libraries used), in the order of the file."""
    layers = {}
    for line in read(root / "utils/layers.txt").splitlines():
        if line and not line.startswith("#"):
            (name, *folders), used = (part.split() for part in line.split("<-"))
            layers[name] = (folders, used)
    return layers


def check_layers():
    layers = read_layers()
    homes = sorted(((folder, name) for name, (folders, _) in layers.items() for folder in folders), key=lambda home: -len(home[0]))

    def layer_of(path):
        return next((name for folder, name in homes if path == folder or path.startswith(folder + "/")), None)

    for name, (folders, used) in layers.items():
        for folder in folders:
            expect((root / folder).exists(), f"utils/layers.txt: {folder} does not exist")
        known = list(layers)[:list(layers).index(name)]
        for other in used:
            expect(other in known, f"utils/layers.txt: {name} uses {other}, which does not stand above it")
    found = {name: set() for name in layers}
    for path in [p for folder in ("include", "lib", "dialects") for p in files(folder, ".h", ".cpp", ".def", ".td")]:
        here = str(path.relative_to(root))
        layer = layer_of(here)
        expect(layer, f"{here} belongs to no library of utils/layers.txt")
        for include in re.findall(r'^\s*#?include "([^"]+)"', read(path), re.M):
            candidates = (os.path.normpath(path.parent / include), root / include, root / "include" / include)
            target = next((Path(c) for c in candidates if Path(c).is_file()), None)
            other = target and layer_of(str(target.relative_to(root)))
            if not layer or not other or other == layer:
                continue
            found[layer].add(other)
            expect(other in layers[layer][1], f"{here} includes {include}: utils/layers.txt does not let {layer} use {other}")
    for name, (_, used) in layers.items():
        for other in used:
            expect(other in found[name], f"utils/layers.txt: {name} does not use {other}")
    built = {name for folder in ("lib", "dialects") for path in (root / folder).rglob("CMakeLists.txt")
             for name in re.findall(r"braid_add_library\((\w+)", read(path))}
    told = {name for row in re.findall(r"^\| (`Braid.*?) \|", read(root / "README.md"), re.M) for name in re.findall(r"`(\w+)`", row)}
    expect(built == told, f"README.md lists other libraries than are built: {', '.join(sorted(built ^ told))}")
    shown = "\n".join(f"{name:<16} <- {', '.join(used)}" if used else name for name, (_, used) in layers.items())
    expect(shown in read(root / "docs/architecture.md"), "docs/architecture.md does not show the libraries of utils/layers.txt; it should:\n" + shown)


def check_format():
    sources = [str(p) for folder in ("include", "lib", "dialects", "tools", "test") for p in files(folder, ".h", ".cpp")]
    done = subprocess.run([sys.argv[3], "--dry-run", "--Werror", *sources], capture_output=True, text=True)
    for place in sorted({line.split(":")[0] for line in done.stderr.splitlines() if "code should be clang-formatted" in line}):
        expect(False, f"{os.path.relpath(place, root)} is not as clang-format writes it")
    expect(done.returncode == 0 or problems, done.stderr)


globals()["check_" + check]()
for problem in problems:
    print(problem)
print(f"{check}: {len(problems)} problems")
sys.exit(1 if problems else 0)
