"""pieces.py FOLDER MODEL PARAMS [NAME=VALUE …] [-- FLAGS…]: `braid run` in pieces with --state against the whole: logits of the newest tokens by
@extend, all logits, and the loss, as the mean of the pieces' losses weighted by their tokens."""
import random
import subprocess
import sys

import pieces_io as io

words, _, flags = " ".join(sys.argv[1:]).partition(" -- ")
folder, model, params, *settings = words.split()
flags = flags.split() + ["--params", params] + [word for setting in settings for word in ("--set", setting)]
batch, time, random_ids = 2, 40, random.Random(7)


def write(name, begin, end):
    """The inputs of tokens begin … end-1."""
    io.write_ids(f"{folder}/{name}", {key: [row[begin:end] for row in rows] for key, rows in inputs.items()})


def run(function, name, *state):
    done = subprocess.run(["braid", "run", model, "--function", function, *flags, "--inputs", f"{folder}/{name}", "-o", f"{folder}/o", *state],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return io.read(f"{folder}/o")


documents = "document" in open(model).read()
inputs = {"tokens": [[random_ids.randrange(11) for _ in range(time)] for _ in range(batch)]}
inputs["targets"] = [[random_ids.randrange(11) if random_ids.random() < 0.8 else -1 for _ in range(time)] for _ in range(batch)]
if documents:
    inputs["document"] = [[i // 13 % 2 for i in range(time)] for _ in range(batch)]
write("whole", 0, time)
losses = run("loss", "whole")["loss"][1][0]
targets = inputs.pop("targets")
write("whole", 0, time)
(_, _, classes), logits = run("logits", "whole")["logits"]
largest = max(abs(x) for x in logits)
worst = {"extend": 0, "logits": 0}
for function in ("extend", "logits", "loss"):
    begin, total, state = 0, 0, []
    if function == "loss":
        inputs["targets"] = targets
    for piece in (7, 1, 16, 1, 1, 14):
        write("piece", begin, begin + piece)
        got = run(function, "piece", *state, "--state-out", f"{folder}/s")
        state = ["--state", f"{folder}/s"]
        if function == "loss":
            total += got["loss"][1][0] * sum(id >= 0 for row in targets for id in row[begin : begin + piece])
        else:
            rows = [piece - 1] if function == "extend" else range(piece)
            assert got["logits"][0] == ([batch, classes] if function == "extend" else [batch, piece, classes]), got["logits"][0]
            for s in range(batch):
                for i, row in enumerate(rows):
                    for x in range(classes):
                        a, b = got["logits"][1][(s * len(rows) + i) * classes + x], logits[(s * time + begin + row) * classes + x]
                        worst[function] = max(worst[function], abs(a - b) / largest)
        begin += piece
assert max(worst.values()) < 1e-5, worst
mean = total / sum(id >= 0 for row in targets for id in row)
assert abs(mean - losses) < 1e-5 * losses, (mean, losses)
print("the pieces agree with the whole")
