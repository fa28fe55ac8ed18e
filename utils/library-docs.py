#!/usr/bin/env python3
"""library-docs.py ROOT BRAID_TRANSLATE [--check]: writes docs/library.md, or checks that it is fresh: from lib/Std the declarations with the
comments above them, from the compiler the parameters that an instance of each layer and connection has."""
import re
import subprocess
import sys
from pathlib import Path

from wrap import wrap

root, translate = Path(sys.argv[1]), sys.argv[2]
page = root / "docs/library.md"
order = ["norms", "activations", "softmax", "attention", "mlp", "connections", "histories", "lanes", "time"]
titles = {"norms": "Norms", "activations": "Activations", "softmax": "Softmax and its relatives", "attention": "Attention", "mlp": "Feed-forward layers",
          "connections": "Connections of one value", "histories": "Connections of a history", "lanes": "Connections of lanes", "time": "Earlier tokens"}


def prose(comment):
    """Comment lines as Markdown: what is written like code is shown as code."""
    text = " ".join(line.lstrip("/").strip() for line in comment.splitlines())
    text, _, source = text.partition("Source: ")
    escaped = [part if i % 2 else re.sub(r"([*_<|])", r"\\\1", part) for i, part in enumerate(text.strip().split("`"))]
    return "`".join(escaped), source.strip()


def initial(body):
    if random := re.search(r"braid\.random\s+(\w+) scale (\S+)", body):
        return f"{random[1]}({float(random[2]):g})"
    if indices := len(re.findall(r"braid\.iota", body)):
        return "eye" if indices == 2 else "onehot"
    value = re.search(r"braid\.constant (\S+)", body)[1]
    return f"{float(value):g}"


def parameters(kind, name, formals):
    """[(path, axes, initial value, options)] of an instance in a small model, where `dim` stands for `..e`."""
    state = formals[0].split(":", 1)[1]
    if kind == "layer":
        arguments = ["embed[tokens]"] + ["2" for f in formals[1:] if "=" not in f]
        declared, prefix, statement = "[dim] = embed[tokens] with add", f"{name}.", f"x <- {name}({', '.join(arguments)})"
    else:
        lanes = "lane" in state
        declared = f"[lane, dim] = spread[lane](embed[tokens]) with {name}" if lanes else f"[dim] = embed[tokens] with {name}"
        prefix, statement = f"step.1.site.{name}.", "for step in 0..2 { x <- site: { let _seen = x  embed[tokens] } }"
    program = f"config {{ vocab = 16  dim = 8  lane = 2 }}\nmodel m(tokens: id[vocab]) {{\n  param embed: [vocab, dim] = normal(1)\n  stream x: {declared}\n  {statement}\n  return dot[dim](embed[tokens], embed)\n}}\n"
    run = subprocess.run([translate, "--elaborate", "-"], input=program, capture_output=True, text=True)
    if run.returncode:
        sys.exit(f"{name}: {run.stderr}\n{program}")
    rows = []
    for found in re.finditer(r"braid\.parameter @(\S+) : !braid\.value<static(?:, \[(.*?)\])?> ?(.*?)init \{(.*?)\n  \}", run.stdout, re.S):
        path, axes, options, body = found.groups()
        if path.startswith(prefix):
            shown = [re.sub(r"[.:].*", "", a.strip()) for a in (axes or "").split(",") if a.strip()]
            rows.append((path[len(prefix):], "[" + ", ".join("..e" if a == "dim" else a for a in shown) + "]", initial(body), options.strip()))
    return rows


text = """<!-- Written by utils/library-docs.py from lib/Std and from what the compiler makes of it. -->

# The standard library

Written in Braid, in [lib/Std](../lib/Std), and part of the binary. `..e` stands for any axes that the caller's value has.
Parameters are listed with the names that they add to the path of their instance, `block.3.attention.q.weight`; `[..e, kv, head]` is their order in memory, what is contracted first.
A weight of PyTorch's `nn.Linear` is `[out, in]`, that of a `linear` here `[in, out]`: `braid convert` passes tensors as they are, so that one from there is transposed first.
All options are `decay off` unless it says `decay`.
"""
count = 0
for stem in order:
    source = (root / f"lib/Std/{stem}.braid").read_text()
    head, _ = prose(re.match(r"(?://.*\n)+", source)[0])
    text += f"\n## {titles[stem]}\n\n{head} [{stem}.braid](../lib/Std/{stem}.braid)\n"
    for found in re.finditer(r"((?:^//.*\n)+)^(fn|layer|connection) (\w+)((?:\[[^\]]*\])?)\(([^)]*)\)( -> \[[^\]]*\])?", source, re.M):
        comment, kind, name, variables, arguments, result = found.groups()
        count += 1
        formals = re.split(r",\s*(?![^\[]*\])", arguments)
        arguments = re.sub(r"\s+", " ", arguments)
        signature = f"{kind} {name}{variables}({arguments}){result or ''}"
        body, where = prose(comment)
        text += f"\n### {name}\n\n```\n{signature}\n```\n\n{body}\n"
        if where:
            text += f"Source: {where}\n"
        rows = parameters(kind, name, formals) if kind != "fn" and name != "store" else []
        if rows:
            text += "\n| parameter | axes | starts as | |\n|---|---|---|---|\n"
            for path, axes, start, options in rows:
                text += f"| `{path}` | `{axes}` | {start} | {options} |\n"
declared = sum(len(re.findall(r"^(?:fn|layer|connection) \w+", p.read_text(), re.M)) for p in (root / "lib/Std").glob("*.braid"))
if count != declared:
    sys.exit(f"{count} of {declared} declarations have a comment above them and a file in the list")
text = wrap(text)
if "--check" in sys.argv:
    if not page.exists() or page.read_text() != text:
        sys.exit("docs/library.md is not what lib/Std says; run utils/library-docs.py")
    print(count, "declarations")
else:
    page.write_text(text)
