"""prompts.py PROMPTS SEED COMMAND…: lines of JSON from `generate --prompts`, each against `generate` of its prompt alone with its seed."""
import json
import subprocess
import sys

file, seed, *command = sys.argv[1:]
prompts = open(file).read().splitlines()
together = subprocess.run([*command, "--prompts", file, "--seed", seed], capture_output=True, text=True)
assert together.returncode == 0, together.stderr
lines = [json.loads(line) for line in together.stdout.splitlines()]
assert len(lines) == len(prompts)
for i, (prompt, line) in enumerate(zip(prompts, lines)):
    alone = subprocess.run([*command, "--prompt", prompt, "--seed", str(int(seed) + i)], capture_output=True)
    assert alone.returncode == 0, alone.stderr
    assert line["prompt"] == prompt and line["seed"] == int(seed) + i and line["end"] in ("stop", "length"), line
    assert alone.stdout == prompt.encode() + bytes(line["tokens"]) + b"\n", (alone.stdout, line)
    assert line["text"] == bytes(line["tokens"]).decode("utf-8", "replace"), line
print(len(lines), "prompts,", sum(line["end"] == "stop" for line in lines), "stopped")
