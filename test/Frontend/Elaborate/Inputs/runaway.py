"""runaway.py FOLDER: writes programs that would take for ever."""
import sys
from pathlib import Path

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
head = "config { vocab = 16  d = 4 }\n"
body = "model m(tokens: id[vocab]) {\n  param e: [vocab, d] = normal(1)\n"
tower = "".join(f"fn f{i}(x) = f{i + 1}(x){' + 1' * 900}\n" for i in range(4)) + "fn f4(x) = x\n"
programs = {
    "fold": head + "\n" + body + "  return sum[d](fold 1000000000 (m = e) { m + 1 })\n}\n",
    "loop": head + "\n" + body + "  for i in 0..1000000000000 {\n    let a = i\n  }\n  return sum[d](e)\n}\n",
    "double": head + "fn f(x, n: int) = if n == 0 { x } else { f(x, n - 1) + f(x, n - 1) }\n" + body + "  return sum[d](f(e, 60))\n}\n",
    "mutual": head + "fn f(x) = g(x) + g(x)\nfn g(x) = f(x) + f(x)\n" + body + "  return sum[d](f(e))\n}\n",
    "tower": head + tower + body + "  return sum[d](f0(e))\n}\n",
}
for name, text in programs.items():
    (folder / f"{name}.braid").write_text(text)
