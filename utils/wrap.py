#!/usr/bin/env python3
"""wrap.py [--check] FILE…: pages wrap at 120 columns.

A paragraph or an item of a list with a longer line is filled anew; others, tables, code, headings and what cannot be
broken stay as they are. With --check nothing is written, and the exit code is 1 where a line is too long.
"""
import re
import sys
import textwrap
from pathlib import Path

WIDTH = 120
HELD = "\x01"
ITEM = re.compile(r"(\s*)([-*+]|\d+[.)])(\s+)(.*)")
# What would begin an item or a heading if it stood first in a line.
LEADING = re.compile(r"([-+*#>]|\d+[.)])\s")


def fill(first, rest, texts):
    """A paragraph in lines of at most WIDTH columns; none begins with what would make it something else."""
    wrapper = textwrap.TextWrapper(width=WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False)
    # Code stays in one line: its spaces are none while lines are cut.
    text = re.sub(r"`[^`]{1,80}`", lambda code: code[0].replace(" ", HELD), " ".join(texts))
    lines = []
    for number, line in enumerate(cut.replace(HELD, " ") for cut in wrapper.wrap(text)):
        if number and LEADING.match(line.strip() + " "):
            token, _, line = line.strip().partition(" ")
            lines[-1] += " " + token
            line = rest + line if line else ""
        if line:
            lines.append(line)
    return lines


def blocks(lines):
    """(lines, how to fill them) for each block; None: it stays as it is."""
    current, how, code = [], None, False

    def done():
        nonlocal current, how
        if current:
            yield current, how
        current, how = [], None

    for line in lines:
        fence = re.match(r"\s*```", line)
        if code or fence or not line.strip() or line[0] in "|#<>" or (how is None and line.startswith("    ")):
            yield from done()
            yield [line], None
            code ^= bool(fence)
            continue
        item = ITEM.match(line)
        if item:
            yield from done()
            first = item[1] + item[2] + item[3]
            current, how = [line], (first, " " * len(first))
        elif how is None:
            indent = re.match(r"\s*", line)[0]
            current, how = [line], (indent, indent)
        else:
            current.append(line)
        if line.endswith("  "):
            yield from done()
    yield from done()


def wrap(text):
    result = []
    for lines, how in blocks(text.split("\n")):
        if how is None or all(len(line) <= WIDTH for line in lines):
            result += lines
            continue
        first, rest = how
        texts = [lines[0][len(first):].strip()] + [line.strip() for line in lines[1:]]
        result += fill(first, rest, texts)
        if lines[-1].endswith("  "):
            result[-1] += "  "
    return "\n".join(result)


def main():
    check = "--check" in sys.argv[1:]
    stale = []
    for name in sys.argv[1:]:
        if name == "--check":
            continue
        path = Path(name)
        text = path.read_text(encoding="utf-8")
        wrapped = wrap(text)
        if wrapped != text:
            stale.append(name)
            if not check:
                path.write_text(wrapped, encoding="utf-8")
    for name in stale:
        print(f"{name}: {'has lines that are too long' if check else 'wrapped'}")
    sys.exit(1 if check and stale else 0)


if __name__ == "__main__":
    main()
