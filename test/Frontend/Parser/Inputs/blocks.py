"""blocks.py PAGE FOLDER: elaborates every ```braid block of a page without a warning, parses every ```braid-fragment inside a model."""
import re
import subprocess
import sys
from pathlib import Path

page, folder = Path(sys.argv[1]), Path(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)
blocks = re.findall(r"^```(braid|braid-fragment)\n(.*?)^```", page.read_text(), re.M | re.S)
failed = 0
for number, (kind, text) in enumerate(blocks):
    whole = kind == "braid"
    program = folder / f"block-{number}.braid"
    program.write_text(text if whole else "model fragment(tokens: id[vocab]) {\n" + text + "}\n")
    run = subprocess.run(["braid-translate", "--elaborate" if whole else "--parse", str(program)], capture_output=True, text=True)
    if run.returncode or "warning[" in run.stderr:
        print(run.stderr)
        failed += 1
print(len(blocks), "blocks,", failed, "failed")
sys.exit(failed > 0 or len(blocks) < 5)
