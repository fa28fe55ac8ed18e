"""interrupt.py SIGNAL[:STEPS] FOLDER COMMAND…: sends the signal after some steps (5); says how the command took it."""
import json
import os
import signal
import subprocess
import sys

name, _, after = sys.argv[1].partition(":")
chosen = getattr(signal, "SIG" + name)
# Under nohup signals are ignored, which the command would respect; a kill cannot be ignored.
if chosen != signal.SIGKILL:
    signal.signal(chosen, signal.SIG_DFL)
process = subprocess.Popen(sys.argv[3:], stdout=subprocess.PIPE, text=True)
sent = False
steps = 0
for line in process.stdout:
    steps += line.startswith("step")
    if steps == int(after or 5) and not sent:
        sent = True
        process.send_signal(chosen)
print("ended with", process.wait())
newest = max(int(name.split("-")[1]) for name in os.listdir(sys.argv[2]) if name.startswith("checkpoint-"))
last = json.loads(open(os.path.join(sys.argv[2], "metrics.jsonl")).readlines()[-1])["step"]
print("the step of the newest checkpoint is that of the last line" if newest == last else f"checkpoint {newest}, last line {last}")
