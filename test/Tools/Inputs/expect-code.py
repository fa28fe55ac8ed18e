"""expect-code.py CODE COMMAND…: fails unless the command ends with this code."""
import subprocess
import sys

result = subprocess.run(sys.argv[2:], capture_output=True, text=True)
if result.returncode != int(sys.argv[1]):
    sys.exit(f"{' '.join(sys.argv[2:])}: ended with {result.returncode}, not {sys.argv[1]}\n{result.stdout}{result.stderr}")
# Who fails says why.
if result.returncode and "error" not in result.stderr and not result.stdout:
    sys.exit(f"{' '.join(sys.argv[2:])}: no message")
