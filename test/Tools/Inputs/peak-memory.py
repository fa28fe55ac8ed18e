"""peak-memory.py MIB COMMAND…: runs a command, and fails where it fails or its memory has been more than so many MiB."""
import resource
import subprocess
import sys

limit, command = int(sys.argv[1]), sys.argv[2:]
code = subprocess.run(command, stdout=subprocess.DEVNULL).returncode
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
print(f"{peak} MiB")
sys.exit(code or peak > limit)
