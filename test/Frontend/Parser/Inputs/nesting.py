"""nesting.py FOLDER: every way to nest, a hundred thousand deep and just below the limit, through the parser, the printer and the elaborator."""
import subprocess
import sys
from pathlib import Path

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
# Levels of each repetition, the text around an expression.
ways = {
    "parentheses": lambda n: "(" * n + "1" + ")" * n,
    "unclosed": lambda n: "(" * n,
    "signs": lambda n: "-" * n + "1",
    "powers": lambda n: "1 ^ " * n + "1",
    "calls": lambda n: "exp(" * n + "0" + ")" * n,
    "indices": lambda n: "x[b: " * n + "1" + "]" * n,
    "blocks": lambda n: "{ " * n + "1" + " }" * n,
    "choices": lambda n: "if 1 == 2 { 1 } else " * n + "{ 1 }",
    "each": lambda n: "each[a] " * n + "f(x)",
    "folds": lambda n: "fold 1 (m = 1) { " * n + "1" + " }" * n,
    "members": lambda n: "x" + ".y" * n,
    "brackets": lambda n: "x" + "[a: 1]" * n,
    "sums": lambda n: "1" + " + 1" * n,
    "mixed": lambda n: "(" * (n // 2) + "1" + " + 1)" * (n // 2),
}
failed = 0


def run(name, text, *arguments):
    file = folder / f"{name}.braid"
    file.write_text(text)
    return subprocess.run(["braid-translate", *arguments, str(file)], capture_output=True, text=True, timeout=60)


def check(name, good, run):
    global failed
    if not good:
        failed += 1
        print(name, run.returncode, run.stderr[:400])


for name, way in ways.items():
    r = run(name, "config { a = " + way(100000) + " }\n", "--parse")
    check(name, r.returncode == 1 and "error[B0005]: this is nested deeper than" in r.stderr and r.stderr.count("error[") == 1, r)
    if name == "unclosed":
        continue
    levels = 900 if name in ("members", "brackets", "sums") else 60
    r = run(name + "-below", "config { a = " + way(levels) + " }\n", "--parse")
    check(name + " below", r.returncode == 0, r)
    once = r.stdout
    r = run(name + "-again", once, "--parse")
    check(name + " printed", r.stdout == once, r)
r = run("statements", "model m() { " + "if 1 == 1 { " * 100000 + "}" * 100000 + " }\n", "--parse")
check("statements", "error[B0005]" in r.stderr and r.returncode == 1, r)
r = run("else-if", "model m() { if 1 == 2 { }" + " else if 1 == 2 { }" * 100000 + " }\n", "--parse")
check("else-if", "error[B0005]" in r.stderr and r.returncode == 1, r)
# One after the other is no nesting.
r = run("row", "config { " + " ".join(f"a{i} = 1 + 2 + (3 * 4)" for i in range(3000)) + " }\n", "--parse")
check("row", r.returncode == 0, r)
for name in ("parentheses", "signs", "calls", "blocks", "choices", "sums", "mixed"):
    text = "config { v = 4  d = 4  a = " + ways[name](900 if name == "sums" else 60) + " }\nmodel m(t: id[v]) { param e: [v, d] = normal(1)  return e[d: 0] }\n"
    r = run(name + "-model", text.replace("exp(", "abs("), "--elaborate")
    check(name + " elaborated", r.returncode == 0, r)
sys.exit(failed > 0)
