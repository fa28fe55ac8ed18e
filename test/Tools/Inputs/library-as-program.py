"""library-as-program.py ROOT FOLDER: every example together with the library's declarations as its own has no warning."""
import re
import subprocess
import sys
from pathlib import Path

root, folder = Path(sys.argv[1]), Path(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)
library = "\n".join(p.read_text() for p in sorted((root / "lib/Std").glob("*.braid")))
examples = sorted((root / "examples").glob("*.braid"))
failed = 0
for example in examples:
    text = example.read_text()
    own = set(re.findall(r"^(?:fn|layer|connection) (\w+)", text, re.M))
    if own & set(re.findall(r"^(?:fn|layer|connection) (\w+)", library, re.M)):
        continue
    file = folder / example.name
    file.write_text(text + library)
    run = subprocess.run(["braid", "compile", str(file), "--emit", "braid", "--warnings-as-errors"], capture_output=True, text=True)
    if run.returncode:
        failed += 1
        print(run.stderr)
print(len(examples), "examples")
sys.exit(failed > 0 or len(examples) < 10)
