"""scope.py FOLDER: a program's module is the same with and without names that the library's bodies use, too."""
import re
import subprocess
import sys
from pathlib import Path

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
program = """
config { vocab = 16  dim = 8  lane = 2 %s }
%s
model m(tokens: id[vocab]) {
  param embed: [vocab, dim] = normal(0.02)
  stream x: %s = %s with %s
  x <- attention(rmsnorm(x), 2, rope = true)
  x <- mlp(layernorm(x), 16)
  x <- swiglu(rmsnorm(x), 16)
  return dot[dim](rmsnorm(x), embed)
}
"""


def module(text, name):
    file = folder / f"{name}.braid"
    file.write_text(text)
    run = subprocess.run(["braid-translate", "--elaborate", str(file)], capture_output=True, text=True)
    if run.returncode:
        sys.exit(f"{name}: {run.stderr}")
    # A local axis is numbered if a config value has its name.
    return re.sub(r"\b([A-Za-z_]\w*)\.\d+\b", r"\1", run.stdout)


library = Path(__file__).parents[3] / "lib/Std"
text = "\n".join(re.sub(r"//.*", "", p.read_text()) for p in sorted(library.glob("*.braid")))
declared = set(re.findall(r"^(?:fn|layer|connection) (\w+)", text, re.M))
builtin_values = {"position", "zeros", "ones", "eye", "index", "site", "sites", "true", "false", "none"}
words = {"config", "axis", "fn", "layer", "connection", "model", "let", "param", "stream", "for", "if", "else", "return", "read", "write",
         "observe", "aux_loss", "use", "with", "by", "over", "fold", "each"}
used = set(re.findall(r"(?<![\w.])[A-Za-z_]\w*", text)) - words
# `lane` is the one axis that the library asks the program for.
config = sorted(used - builtin_values - {"lane", "dim", "vocab", "x"})
# The program calls these itself.
calls = sorted(set(re.findall(r"(\w+)(?:\[[^\]]*\])?\(", text)) - declared - builtin_values - words - {"lane", "dot", "spread", "normal"})
if len(config) < 60 or not {"sum", "exp", "max", "linear", "sigmoid"} <= set(calls):
    sys.exit(f"{len(config)} names, {calls}")
values = " ".join(f"{name} = 1" for name in config)
functions = "\n".join(f"fn {name}(a, b = 0, c = 0) = 7" for name in calls)
failed = 0
for connection in ["mhc", "hyper", "rezero", "layerscale", "delta", "depth_attention", "weighted", "mudd"]:
    lanes = connection in ("mhc", "hyper")
    state = ("[lane, dim]", "spread[lane](embed[tokens])") if lanes else ("[dim]", "embed[tokens]")
    text = program
    if connection == "mudd":  # a read is of four ways
        text = text.replace("(x)", "(x.last)").replace("rmsnorm(x.last), embed", "rmsnorm(x), embed")
    plain = module(text % ("", "", *state, connection), connection)
    for what, names in [("values", (values, "")), ("functions", ("", functions))]:
        if module(text % (*names, *state, connection), f"{connection}-{what}") != plain:
            failed += 1
            print(f"{connection}: the program's {what} change the library")
print(len(config), "names of values,", len(calls), "of functions")
sys.exit(failed > 0)
