"""piece-gradients.py windows|slope FOLDER MODEL PARAMS [NAME=VALUE …]: gradients with a state.

windows: of a program through which no gradient goes from one window of 8 tokens to the next, the gradients of the windows, each with the
state that the one before left, add up to those of the whole. slope: the loss of 10 tokens with the state that 22 others left, which is kept, rises
along a direction as their gradient says (central differences).
"""
import random
import subprocess
import sys

import pieces_io as io

what, folder, model, params, *settings = sys.argv[1:]
flags = [word for setting in settings for word in ("--set", setting)]
draw = random.Random(3)
batch, time = 2, 32
inputs = {"tokens": [[draw.randrange(11) for _ in range(time)] for _ in range(batch)], "targets": [[draw.randrange(11) for _ in range(time)] for _ in range(batch)]}
if "document" in open(model).read():
    inputs["document"] = [[i // 13 for i in range(time)] for _ in range(batch)]


def run(function, begin, end, *more, parameters=params):
    io.write_ids(f"{folder}/i", {key: [row[begin:end] for row in rows] for key, rows in inputs.items()})
    done = subprocess.run(["braid", "run", model, "--function", function, *flags, "--params", parameters, "--inputs", f"{folder}/i", "-o", f"{folder}/o", *more],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return io.read(f"{folder}/o")


def norm(numbers):
    return sum(x * x for x in numbers) ** 0.5


if what == "windows":
    whole, total, state = run("grad", 0, time), {}, []
    for begin in range(0, time, 8):
        for key, (_, numbers) in run("grad", begin, begin + 8, *state, "--state-out", f"{folder}/s").items():
            sums = total.setdefault(key, [0] * len(numbers))
            for i, x in enumerate(numbers):
                sums[i] += x / 4
        state = ["--state", f"{folder}/s"]
    for key, (_, numbers) in whole.items():
        error = norm([a - b for a, b in zip(numbers, total[key])]) / (norm(numbers) + 1e-9)
        assert error < 1e-4, (key, error)
    print(len(whole), "results of windows add up to those of the whole")
else:
    run("loss", 0, 22, "--state-out", f"{folder}/s")
    state = ["--state", f"{folder}/s"]
    gradients = run("grad", 22, time, *state)
    weights = io.read(params)
    worst, largest = 0, 0
    for number in range(3):
        direction = {key: [draw.gauss(0, 1) for _ in values] for key, (_, values) in weights.items()}
        slope = sum(x * y for key in weights for x, y in zip(gradients[key][1], direction[key]))
        losses = []
        for h in (2e-3, -2e-3):
            io.write_floats(f"{folder}/moved", {key: (shape, [x + h * d for x, d in zip(values, direction[key])]) for key, (shape, values) in weights.items()})
            losses.append(run("loss", 22, time, *state, parameters=f"{folder}/moved")["loss"][1][0])
        measured = (losses[0] - losses[1]) / 4e-3
        worst, largest = max(worst, abs(slope - measured)), max(largest, abs(measured))
    assert worst < 0.02 * largest, (worst, largest)
    print("the loss rises as the gradients say")
