"""explain-codes.py ROOT FOLDER: runs both programs of `braid explain CODE` for every code of Diagnostics.def."""
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

root, folder = Path(sys.argv[1]), Path(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)
rows = re.findall(r"^(DIAG|WARN)\((B\d+)", (root / "include/braid/Support/Diagnostics.def").read_text(), re.M)
codes = [code for _, code in rows]
warnings = {code for kind, code in rows if kind == "WARN"}
# What is wrong with these is a file or a line that does not end: nothing in the program mends it.
unmended = {"B0003", "B0010"}


def errors(name, text, arguments):
    file = folder / f"{name}.braid"
    file.write_text(text)
    run = subprocess.run(["braid", "compile", str(file), "--emit", "braid", *arguments.split()], capture_output=True, text=True)
    # What an error's example leaves unread is beside its point.
    found = set(re.findall(r"(?:error|warning)\[(B\d+)\]" if name[:5] in warnings else r"error\[(B\d+)\]", run.stderr))
    return found or ({run.stderr or f"exit code {run.returncode}"} if run.returncode else set())


def check(code):
    text = subprocess.run(["braid", "explain", code], capture_output=True, text=True).stdout
    parts = re.findall(r"^(Wrong|Right)(?:, with `([^`]*)`)?:\n\n((?:    .*\n|\n)+)", text, re.M)
    problems = []
    if [p[0] for p in parts] != (["Wrong"] if code in unmended else ["Wrong", "Right"]):
        problems.append(f"{code}: its examples are {[p[0] for p in parts]}")
    for title, arguments, program in parts:
        wanted = {code} if title == "Wrong" else set()
        found = errors(code + title, re.sub(r"^    ", "", program, flags=re.M), arguments)
        if found != wanted:
            problems.append(f"{code}: {title} gives {found or 'no error'}")
    return problems


with ThreadPoolExecutor(2) as pool:
    problems = sum(pool.map(check, codes), [])
print("\n".join(problems))
print(len(codes), "codes")
sys.exit(bool(problems) or len(codes) < 90)
