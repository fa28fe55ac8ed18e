#!/usr/bin/env python3
"""Writes the table of error codes in docs/language.md from Diagnostics.def: language-codes.py ROOT [--check]"""
import re
import sys
from pathlib import Path

root = Path(sys.argv[1])
page = root / "docs/language.md"
rows = re.findall(r'^(?:DIAG|WARN)\((B\d+), \w+, "((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)"\)', (root / "include/braid/Support/Diagnostics.def").read_text(), re.M)


def cell(text):
    return text.replace('\\"', '"').replace("|", "\\|")


def message(text):
    """The template with … for what is filled in; placeholders inside back-quotes stay code."""
    return cell(re.sub(r"\{\d\}", "…", text))


table = "| code | message | rule |\n|---|---|---|\n" + "".join(f"| {c} | {message(m)} | {cell(e)} |\n" for c, m, e in rows)
text = page.read_text()
begin, end = "<!-- codes: written by utils/language-codes.py -->\n", "<!-- end of codes -->"
head, rest = text.split(begin)
fresh = head + begin + table + end + rest.split(end)[1]
if "--check" in sys.argv:
    if fresh != text:
        sys.exit("docs/language.md: the table of error codes is not that of Diagnostics.def; run utils/language-codes.py")
    print(f"{len(rows)} codes")
else:
    page.write_text(fresh)
