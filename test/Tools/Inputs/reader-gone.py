"""reader-gone.py COMMAND…: runs it with an output that nobody reads; says how it took it."""
import subprocess
import sys

process = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
process.stdout.close()
said = process.stderr.read()
print("ended with", process.wait())
print("said:", repr(said))
