"""two-runs.py FOLDER COMMAND…: starts the command without an end, and once it trains a second time; kills the first; a third one trains."""
import subprocess
import sys

folder, command = sys.argv[1], sys.argv[2:]
first = subprocess.Popen(command + ["--max-time", "1h", "--checkpoint-every", "5", "--log-every", "1"], stdout=subprocess.PIPE, text=True)
for line in first.stdout:
    if line.startswith("step ") and int(line.split()[1]) > 5:
        break
second = subprocess.run(command + ["--max-steps", "3"], capture_output=True, text=True)
assert second.returncode == 1, second
assert "another `braid train` is at work in `" + folder + "`" in second.stderr, second.stderr
assert first.poll() is None
first.kill()
first.wait()
third = subprocess.run(command + ["--max-steps", "1"], capture_output=True, text=True)
assert third.returncode == 0, third.stderr
assert "resuming after step" in third.stdout, third.stdout
