"""Elaborates one small program for each function and evaluates it with the oracle."""
import math
import re
import subprocess
import sys

x = [0.0, 1.0, 2.0, 3.0]
y = [a - 1.5 for a in x]
mean = sum(x) / 4
variance = sum((a - mean) ** 2 for a in x) / 4
square = sum(a * a for a in x)
total = sum(math.exp(a) for a in x)


def turned(position, base=10000):
    angle = [position * base ** (-2 * i / 4) for i in range(2)]
    pairs = [(x[i], x[i + 2], math.cos(angle[i]), math.sin(angle[i])) for i in range(2)]
    return [u * c - v * s for u, v, c, s in pairs] + [v * c + u * s for u, v, c, s in pairs]


def biased(place, slope, sink=0):
    """Attention of equal scores with the bias -slope * distance, to values that are the places; a sink has the score 0 at distance `place`."""
    weights = [math.exp(-slope * (place - j)) for j in range(place + 1)]
    return [sum(j * w for j, w in enumerate(weights)) / (sum(weights) + sink * math.exp(-slope * place))] * 4


# expression of X = index[vocab]: the rows of the first three tokens, or one row for all of them
cases = {
    "softmax[vocab](X)": [math.exp(a) / total for a in x],
    "softmax[vocab](X, null = 1)": [math.exp(a) / (total + math.e) for a in x],
    "softmax[vocab](1000 * X)": [0, 0, 0, 1],
    "lse[vocab](X) + 0 * X": [math.log(total)] * 4,
    "mean[vocab](X) + 0 * X": [mean] * 4,
    "rms[vocab](X)": [a / math.sqrt(square / 4 + 1e-6) for a in x],
    "rms[vocab](X, eps = 0.5)": [a / math.sqrt(square / 4 + 0.5) for a in x],
    "rmsnorm(X)": [a / math.sqrt(square / 4 + 1e-6) for a in x],
    "unit[vocab](X)": [a / math.sqrt(square) for a in x],
    "unit[vocab](0 * X)": [0] * 4,
    "layernorm(X)": [(a - mean) / math.sqrt(variance + 1e-5) for a in x],
    "relu(X - 1.5)": [max(a, 0) for a in y],
    "silu(X - 1.5)": [a / (1 + math.exp(-a)) for a in y],
    "gelu(X - 1.5)": [0.5 * a * (1 + math.tanh(math.sqrt(2 / math.pi) * (a + 0.044715 * a**3))) for a in y],
    "gelu_erf(X - 1.5)": [0.5 * a * (1 + math.erf(a / math.sqrt(2))) for a in y],
    "rope[vocab](X)": [turned(p) for p in range(3)],
    "rope[vocab](X, base = 100)": [turned(p, 100) for p in range(3)],
    "rope[vocab](X, at = 0.5 * real(position))": [turned(p / 2) for p in range(3)],
    "rope[vocab](X, at = real(position[time: -1]))": [turned(p - 1) for p in range(3)],
    # The last step makes sums over r one; here c is shorter, so that sums over c come to 3/4 ...
    "sum[c](sinkhorn[vocab, c](outer(X, index[c]), 50))": [0.75] * 4,
    # ... and with as many rows as columns both come to one.
    "sum[r](sinkhorn[vocab, r](outer(X, index[r]), 60))": [1] * 4,
    "sum[r](sinkhorn[r, vocab](outer(X, index[r]), 60))": [1] * 4,
    # Idioms of docs/idioms.md: the token before, a bias that is linear in the distance, a slot that takes a share.
    "attend[vocab](X, (real(position) + 0 * X, real(position) + 0 * X, strict, window(1)))": [[0] * 4, [0] * 4, [1] * 4],
    "attend[wide](concat[vocab, one -> wide](0 * X, spread[one: 1](0.7 / 0.5)), (concat[vocab, one -> wide](0 * X, spread[one](real(position))), "
    "real(position) + 0 * X, causal), scale = 0.5)": [biased(p, 0.7) for p in range(3)],
    "attend[wide](concat[vocab, one -> wide](0 * X, spread[one: 1](0.7 / 0.5)), (concat[vocab, one -> wide](0 * X, spread[one](real(position))), "
    "real(position) + 0 * X, causal), (zeros[sinks, wide], zeros[sinks, vocab], all), scale = 0.5)": [biased(p, 0.7, 1) for p in range(3)],
}

failed = 0
for text, wanted in cases.items():
    body = text.replace("X", "index[vocab]")
    program = f"config {{ vocab = 4  c = 3  r = 4  sinks = 1 }}\nmodel m(tokens: id[vocab]) {{ return {body} }}\n"
    module = subprocess.run(["braid-translate", "--elaborate", "-"], input=program, capture_output=True, text=True)
    run = subprocess.run(["braid-reference", "-", "--random-inputs", "1,3", "--function", "logits", "--print"],
                         input=module.stdout, capture_output=True, text=True)
    line = next((l for l in run.stdout.splitlines() if l.startswith("logits")), "")
    found = [float(a) for a in re.findall(r"-?\d[\d.e+-]*", line.split("]", 1)[-1])]
    rows = wanted if isinstance(wanted[0], list) else [wanted] * 3
    expected = [a for row in rows for a in row]
    good = len(found) == len(expected) and all(abs(a - b) <= 1e-4 * max(1, abs(b)) for a, b in zip(found, expected))
    if not good:
        failed += 1
        print(text, "\n  found   ", found, "\n  expected", expected, module.stderr, run.stderr, run.stdout[:500])
print(len(cases), "functions,", failed, "wrong")
sys.exit(failed > 0)
