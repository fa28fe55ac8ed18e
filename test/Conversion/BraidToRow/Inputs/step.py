"""step.py LIBRARY: runs @step of a compiled model through the C interface, against AdamW in double precision."""
import ctypes
import math
import random
import struct
import sys

RATE, DECAY = 1e-3, 0.1
HYPER, LOSS, NORM, FINITE, SKIPPED, HALTED = 13, 0, 1, 2, 3, 4
NAN, INF = math.nan, math.inf


class Optimiser(ctypes.Structure):
    _fields_ = [(name, ctypes.c_double) for name in ("learning_rate", "weight_decay", "epsilon", "clip", "beta1", "beta2")]
    _fields_ += [("most_skipped", ctypes.c_int32)]


library = ctypes.CDLL(sys.argv[1])
library.step_externals.restype = library.step_numbers.restype = ctypes.c_int64
library.step_name.restype = library.braid_hyper_of.restype = ctypes.c_char_p
library.step_name.argtypes = library.step_numbers.argtypes = [ctypes.c_int64]
library.step_run.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
library.braid_runtime_create.restype = ctypes.c_void_p
runtime = library.braid_runtime_create(2)
externals = [(library.step_name(i).decode(), library.step_numbers(i)) for i in range(library.step_externals())]
paths = [name.split(":")[1] for name, _ in externals if name.startswith("param:")]
FACTOR = {"slow": 0.5}
DECAYS = {"embed"}
failures = 0


def expect(good, *what):
    global failures
    if not good:
        failures += 1
        print("wrong:", *what)


def hyper(**options):
    values = dict(learning_rate=RATE, weight_decay=DECAY, epsilon=1e-8, clip=1, beta1=0.9, beta2=0.95, most_skipped=0) | options
    numbers = (ctypes.c_float * HYPER)()
    refusal = library.braid_hyper_of(ctypes.byref(Optimiser(**values)), numbers)
    return values, numbers, refusal.decode() if refusal else None


def single(x):
    return ctypes.c_float(x).value


class Model:
    """Parameters, moments and the state of a run."""

    def __init__(self, seed=1):
        draw = random.Random(seed)
        self.buffers = {name: (ctypes.c_float * numbers)() for name, numbers in externals}
        for path in paths:
            for name in ("param:", "grad:"):
                buffer = self.buffers[name + path]
                buffer[:] = [draw.gauss(0, 1) for _ in buffer]
        self.buffers["out:loss"][0] = 1.5

    def step(self, **options):
        self.values, numbers, refusal = hyper(**options)
        assert not refusal, refusal
        self.buffers["in:hyper"][:] = numbers
        addresses = (ctypes.c_void_p * len(externals))(*[ctypes.addressof(self.buffers[name]) for name, _ in externals])
        assert library.step_run(runtime, addresses) == 0
        return self

    def scale(self, factor):
        for path in paths:
            buffer = self.buffers["grad:" + path]
            buffer[:] = [x * factor for x in buffer]
        return self

    def saved(self):
        return {name: bytes(buffer) for name, buffer in self.buffers.items() if name.split(":")[0] in ("param", "m", "v")}

    def status(self):
        return list(self.buffers["out:status"])

    def state(self):
        return list(self.buffers["state:step"])

    def expected(self, taken, before, **options):
        """The step `taken` from the bytes `before`, in double precision: by name, each number and what fp32 may miss it by."""
        o, _, _ = hyper(**options)
        read = lambda name: struct.unpack(f"{len(before[name]) // 4}f", before[name])
        gradients = {path: list(self.buffers["grad:" + path]) for path in paths}
        norm = math.sqrt(math.fsum(x * x for g in gradients.values() for x in g))
        scale = o["clip"] / norm if 0 < o["clip"] < norm else 1
        result = {}
        for path in paths:
            rate, decay = o["learning_rate"] * FACTOR.get(path, 1), o["weight_decay"] if path in DECAYS else 0
            for name in ("param:", "m:", "v:"):
                result[name + path] = []
            for p, g, m, v in zip(read("param:" + path), gradients[path], read("m:" + path), read("v:" + path)):
                g *= scale
                size = abs(o["beta1"] * m) + abs((1 - o["beta1"]) * g)
                m = o["beta1"] * m + (1 - o["beta1"]) * g
                v = o["beta2"] * v + (1 - o["beta2"]) * g * g
                c1, c2 = -math.expm1(taken * math.log(o["beta1"])), -math.expm1(taken * math.log(o["beta2"]))
                change = rate * m / c1 / (math.sqrt(v / c2) + o["epsilon"]) + rate * decay * p
                error = 2e-6 * size / abs(m) if m else 0
                result["param:" + path].append((p - change, (1e-6 + error) * abs(change) + 6e-8 * abs(p)))
                result["m:" + path].append((m, 1e-6 * size))
                result["v:" + path].append((v, 2e-6 * abs(v)))
        return norm, result

    def check(self, what, taken, before, **options):
        norm, result = self.expected(taken, before, **options)
        got = self.status()[NORM]
        expect(got == INF if norm > 3.4e38 else abs(got - norm) <= 1e-6 * norm, what, "norm", got, "not", norm)
        for name, numbers in result.items():
            for got, (number, error) in zip(self.buffers[name], numbers):
                if not abs(got - number) <= error:
                    expect(False, what, name, got, "not", number)
                    break


# The first step that is taken is the first step, however many were left out before it.
first = Model()
before = first.saved()
first.step()
first.check("first", 1, before)
expect(first.status()[:1] + first.status()[2:] == [1.5, 1, 0, 0] and first.state() == [1, 0, 0], "first", first.status(), first.state())
for skips in (1, 5):
    late = Model()
    for i in range(skips):
        late.buffers["out:loss"][0] = (NAN, INF)[i % 2]
        late.step(most_skipped=20)
        expect(late.saved() == before and late.status()[2:] == [0, i + 1, 0] and late.state() == [0, i + 1, 0], "skip", late.status())
    late.buffers["out:loss"][0] = 1.5
    late.step(most_skipped=20)
    expect(late.saved() == first.saved() and late.state() == [1, 0, 0], "first step after", skips)

# Betas near 1 and at 0, early and late.
for beta1, beta2 in ((0.999999, 0.999999), (0.9, 0.999), (0.99999, 0.9), (1e-30, 0.5)):
    for taken in (0, 1, 7, 999, 300000):
        model = Model(seed=taken)
        model.buffers["state:step"][0] = taken
        for path in paths if taken else []:
            model.buffers["m:" + path][:] = [random.Random(path).gauss(0, 1e-2) for _ in model.buffers["m:" + path]]
            model.buffers["v:" + path][:] = [1e-4] * len(model.buffers["v:" + path])
        before = model.saved()
        model.step(beta1=beta1, beta2=beta2, epsilon=1e-12)
        model.check((beta1, beta2, taken), taken + 1, before, beta1=beta1, beta2=beta2, epsilon=1e-12)
model = Model()
model.buffers["state:step"][0] = 2.0**24
model.step(beta1=0.999999, beta2=0.999999)
expect(model.state()[0] == 2.0**24, "the count stays", model.state())

# Over many steps the means forget at the rate that beta says, not at that of its fp32 number.
model = Model()
beta, m, v, draw = 0.999999, 1.0, 1.0, random.Random(3)
for path in paths:
    model.buffers["m:" + path][:] = model.buffers["v:" + path][:] = [1.0] * len(model.buffers["m:" + path])
for i in range(6000):
    g = single(draw.gauss(1, 1))
    for path in paths:
        model.buffers["grad:" + path][0] = g
    model.step(beta1=beta, beta2=beta, clip=0, learning_rate=0)
    m, v = beta * m + (1 - beta) * g, beta * v + (1 - beta) * g * g
for path in paths:
    for name, wanted in (("m:", m), ("v:", v)):
        got = model.buffers[name + path][0]
        expect(abs(got - wanted) < 3e-5 * wanted, "forgets", name + path, got, "not", wanted)

# Gradients of any size that is finite are clipped to the same one; only what is not finite is left out.
for power in range(-140, 126, 7):
    model = Model().scale(2.0**power)
    before = model.saved()
    clip = min(1.0, 2.0**(power - 1)) if power > -125 else 0
    model.step(clip=clip, epsilon=1e-19)
    expect(model.status()[FINITE] == 1 and model.state() == [1, 0, 0], "power", power, model.status())
    if power > -45:
        model.check(("power", power), 1, before, clip=clip, epsilon=1e-19)
    else: # second moments of these are subnormal or 0 in fp32
        norm = model.expected(1, before)[0]
        expect(abs(model.status()[NORM] - norm) < 1e-6 * norm or power < -120, "norm", power, model.status()[NORM], norm)
# (A norm that fp32 does not hold.)
model = Model()
for path in paths:
    model.buffers["grad:" + path][:] = [3e38] * len(model.buffers["grad:" + path])
before = model.saved()
model.step()
model.check("largest", 1, before)
expect(model.state() == [1, 0, 0] and model.saved() != before, "largest", model.status())

# Without a clip, squares that overflow would be second moments.
model = Model().scale(1e25)
before = model.saved()
model.step(clip=0, most_skipped=3)
expect(model.saved() == before and model.status()[2:] == [0, 1, 0], "squares overflow", model.status())
model.scale(1e-8)
before = model.saved()
model.step(clip=0)
model.check("squares do not overflow", 1, before, clip=0)
for bad in (NAN, INF, -INF):
    for path in paths:
        model = Model()
        model.buffers["grad:" + path][-1] = bad
        model.step(most_skipped=1)
        expect(model.saved() == Model().saved() and model.status()[2:] == [0, 1, 0], bad, path, model.status())

# One step too many is left out, and nothing is changed any longer.
for most in (0, 20):
    model = Model()
    model.step()
    before = model.saved()
    model.buffers["out:loss"][0] = NAN
    for i in range(most + 1):
        model.step(most_skipped=most)
        expect(model.status()[2:] == [0, i + 1, float(i == most)], "halts", most, i, model.status())
    model.buffers["out:loss"][0] = 1.5
    model.step(most_skipped=most)
    expect(model.saved() == before and model.state() == [1, most + 1, 1] and model.status()[2:] == [1, most + 1, 1], "halted", model.state())

# What a step makes infinite is found, and so is what was so before.
model = Model()
model.step()
model.step(learning_rate=3e38)
expect(model.status()[2:] == [1, 0, 2] and model.state() == [2, 0, 2], "lost", model.status(), model.state())
for name in ("param:", "m:", "v:"):
    for path in paths:
        model = Model()
        model.buffers[name + path][0] = INF
        model.step()
        expect(model.status()[HALTED] == 2, name + path, model.status())

# fp32 takes no option for 0, 1 or infinity that is none.
for option, bad in (("epsilon", 1e-46), ("epsilon", 0), ("epsilon", INF), ("learning_rate", 1e-46), ("learning_rate", 1e39), ("clip", 1e-46),
                    ("clip", 1e30), ("weight_decay", 1e-46), ("weight_decay", 1e39), ("beta1", 0.99999999), ("beta2", 1), ("beta2", NAN),
                    ("most_skipped", -1)):
    expect(hyper(**{option: bad})[2], option, bad)
expect(not hyper(learning_rate=0, weight_decay=0, clip=0, beta1=0, beta2=0)[2], "zeros")
print(failures, "wrong")
