#!/usr/bin/env python3
"""round-trip.py BRAID STAGES FOLDER LAST TARGET PROGRAM…: for every program and every stage that is text and leads to LAST,
emits the stage, reads it, goes on to LAST, and wants the very text that the direct way gives. STAGES is Stages.def.
Stages come by file and, in every other program, through a pipe. A program in its one layout has other lines: what it
gives is compared without places, in the stage `host`, which holds no text of them."""
import re
import subprocess
import sys
from pathlib import Path

braid, table, folder, last, target, *programs = sys.argv[1:]
rows = re.findall(r'^BRAID_STAGE\((\w+), "(\w+)", (\w+), (\w+), (\w+), "([^"]+)"', Path(table).read_text(), re.M)
ids = {row[0]: row[1] for row in rows}
after = {name: ids[before] for _, name, before, *_ in rows}
form = {name: form for _, name, _, form, *_ in rows}
extension = {name: end for _, name, *_, end in rows}
way = [last]
while after[way[0]] != way[0]:
    way.insert(0, after[way[0]])


def compile(source, stage, *flags, text=None):
    command = [braid, "compile", source, "--emit", stage, "--functions", "grad,step", "--target", target, *flags]
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr}")
    return done.stdout


different = trips = 0
for number, program in enumerate(programs):
    direct = compile(program, last)
    for stage in way:
        file = str(Path(folder) / ("stage" + extension[stage]))
        if stage == "ast":
            compile(program, stage, "-o", file)
            same = compile(file, "host", "--locations", "never") == compile(program, "host", "--locations", "never")
        elif number % 2 and form[stage] == "Module":
            same = compile("-", last, text=compile(program, stage)) == direct
        else:
            compile(program, stage, "-o", file)
            same = compile(file, last) == direct
        trips += 1
        if not same:
            different += 1
            print(f"{program}: by way of {stage}, {last} is different")
print(f"{trips} round trips over {len(programs)} programs by way of {', '.join(way)}: {different} different")
sys.exit(bool(different))
