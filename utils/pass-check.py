#!/usr/bin/env python3
"""pass-check.py ROOT BRAID_OPT: what every pass of every Passes.td owes its reader, and its test by stem.

The description states the pass's place in the pipeline, the numeric class, what becomes of bytes moved, what the pass declines, and an example.
A test of the pass's stem (its flag, without the dialect's name) runs it, and the pass is run here on the same
text, each part of a split file by itself:
  fires     some part changes; a pass that changes nothing refuses some part
  declines  an op with a symbol after a comment `// Declines: …` stays as it is, or a RUN line expects a failure
  stable    a second run on the printed result of the first changes nothing
"""
import re
import subprocess
import sys
from pathlib import Path

root, tool = Path(sys.argv[1]), sys.argv[2]
problems = []
classes = re.compile(r"Numeric class: (exact|reassociat|round|that of)")


def expect(condition, message):
    if not condition:
        problems.append(message)


def stems(flag):
    return sorted({flag, re.sub(r"^(braid|row|host)-", "", flag)})


def run(text, *flags):
    done = subprocess.run([tool, "-", *flags], input=text, capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else None


def ops(text):
    """Text of the ops with a symbol at the top level of a printed module, by symbol."""
    found, name = {}, None
    for line in text.splitlines():
        start = re.match(r"  [\w.]+ (?:\w+ )*@([\w.]+)", line)
        if line.startswith("}"):
            break
        if re.match(r"  \S", line) and not line.startswith("  }") and not line.startswith("  ^"):
            name = start.group(1) if start else None
        if name:
            found[name] = found.get(name, "") + line + "\n"
    return found


def check_test(flag, path, changes_nothing):
    text = path.read_text(encoding="utf-8")
    lines = [line for line in re.findall(r"RUN: (.*)", text) if re.search(rf"--{flag}\b(?!-)", line)]
    where = path.relative_to(root)
    expect(any("FileCheck" in line or "--verify-diagnostics" in line for line in lines), f"{where}: no RUN line checks what {flag} does")
    if not lines:
        return
    option = re.search(rf"--{flag}(?:=\"([^\"]*)\"|=(\S+))?(?=\s|$)", lines[0])
    pass_flag = f"--{flag}" + (f"={option.group(1) or option.group(2)}" if option and (option.group(1) or option.group(2)) else "")
    parts = re.split(r"^// -----.*$", text, flags=re.M) if "--split-input-file" in lines[0] else [text]
    fires = refuses = accepts = False
    declines = any(re.match(r"\s*not braid-opt", line) or "--verify-diagnostics" in line for line in lines)
    for number, part in enumerate(parts):
        before, once = run(part), run(part, pass_flag)
        expect(before is not None, f"{where}: part {number} is no valid module")
        if before is None or once is None:
            refuses |= before is not None
            expect("expected-error" in part, f"{where}: {flag} fails on part {number}")
            continue
        accepts = True
        fires |= before != once
        expect(run(once, pass_flag) == once, f"{where}: {flag} is not stable on its own output of part {number}")
        for symbol in re.findall(r"^\s*// Declines: .*\n(?:\s*//.*\n)*\s*[\w.]+ (?:\w+ )*@([\w.]+)", part, re.M):
            declines = True
            expect(symbol in ops(before), f"{where}: there is no @{symbol} to be declined")
            expect(ops(before).get(symbol) == ops(once).get(symbol), f"{where}: {flag} does not decline @{symbol}")
    if changes_nothing:
        expect(not fires and refuses and accepts, f"{where}: {flag} is to accept a part and refuse a part, and change none")
    else:
        expect(fires, f"{where}: {flag} changes nothing")
        expect(declines, f"{where}: no op after a comment `// Declines: …`, and no failure of {flag} is expected")


count = 0
for td in sorted(p for p in root.rglob("Passes.td") if not p.relative_to(root).parts[0].startswith(("build", "out", "."))):
    for flag, body in re.findall(r'^def \w+ : Pass<"([\w-]+)"(.*?)^}', td.read_text(encoding="utf-8"), re.M | re.S):
        count += 1
        description = " ".join(re.sub(r"```.*?```", "EXAMPLE", body, flags=re.S).split())
        expect(classes.search(description), f"{flag}: its description states no numeric class (exact, reassociating or rounding)")
        expect("Bytes moved: " in description, f"{flag}: its description does not say what becomes of the bytes moved")
        expect(" Place: " in description, f"{flag}: its description does not say why it stands where it does")
        expect("Declines: " in description, f"{flag}: its description does not say what it declines")
        expect("EXAMPLE" in description, f"{flag}: its description has no example")
        found = [p for stem in stems(flag) for p in sorted((root / "test").rglob(f"{stem}.mlir"))]
        expect(len(found) == 1, f"{flag}: wanted one test named {' or '.join(s + '.mlir' for s in stems(flag))}, found {len(found)}")
        for path in found:
            check_test(flag, path, "Changes nothing" in description)
expect(count >= 20, f"found only {count} passes: the pattern no longer fits the tables")

# Passes without a table are known to nobody.
for folder in ("lib", "dialects", "tools"):
    for source in sorted((root / folder).rglob("*.cpp")):
        expect("PassWrapper<" not in source.read_text(encoding="utf-8"), f"{source.relative_to(root)}: a pass without an entry in a Passes.td")

for problem in problems:
    print(problem)
print(f"passes: {len(problems)} problems")
sys.exit(1 if problems else 0)
