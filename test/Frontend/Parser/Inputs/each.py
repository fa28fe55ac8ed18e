"""each.py COMMAND FOLDER… [--expect-same]: runs COMMAND on every program of the folders; with the option its output must be the program."""
import shlex
import subprocess
import sys
from pathlib import Path

command = shlex.split(sys.argv[1])
folders = [a for a in sys.argv[2:] if not a.startswith("--")]
programs = [p for f in folders for p in sorted(Path(f).glob("*.braid"))]
failed = 0
for program in programs:
    run = subprocess.run(command + [str(program)], capture_output=True, text=True)
    if run.returncode or not run.stdout:
        print(program, run.stderr)
        failed += 1
    elif "--expect-same" in sys.argv and run.stdout != program.read_text():
        print(program, "is not formatted")
        failed += 1
print(len(programs), "programs,", failed, "failed")
sys.exit(failed > 0 or not programs)
