#!/usr/bin/env python3
"""Random well-typed programs of Braid: programs.py SEED [SWITCH…] prints the program of a seed.

A program is a function of its seed and the switches alone. Its first line says how braid-compare is to run it.
"""
import random
import sys

from expressions import SIZES, Expressions, Scope, Value, listed, order

# Constructs that are not made unless they are asked for by name.
SWITCHES = ("twice", "draws", "ties", "scalar values", "depth views", "positions", "static entries", "masks", "delays", "carries")
DEFAULT = ()


class Connection:
    """What a stream's state has, what a read of it gives, what a write takes."""

    def __init__(self, name, state, read, written, history, arguments="", shareable=True, fields=1):
        self.name, self.state, self.read, self.written = name, frozenset(state), read, written
        self.history, self.arguments, self.shareable, self.fields = history, arguments, shareable, fields

    def __str__(self):
        return self.name + self.arguments


class Stream:
    def __init__(self, name, connection, empty):
        self.name, self.connection, self.entries = name, connection, 0 if empty else 1
        self.blocks = False


class Program:
    def __init__(self, seed, switches=DEFAULT):
        self.rng = rng = random.Random(f"braid {seed}")
        self.seed, self.switches = seed, set(switches)
        self.out = []
        self.indent = 0
        self.makeAxes()
        self.make = Expressions(rng, self.sizes, self.relations, self.equal, self.switches)
        self.depth = rng.choice([1, 2, 2, 3])
        self.functions, self.layers, self.streamLayers = [], [], []

    # Text.

    def line(self, text):
        self.out.append("  " * self.indent + text)

    def open(self, text):
        self.line(text + " {")
        self.indent += 1

    def close(self, text="}"):
        self.indent -= 1
        self.line(text)

    def text(self):
        self.head()
        for _ in range(self.rng.randint(0, 2)):
            self.function()
        for _ in range(self.rng.randint(0, 2)):
            self.layer()
        self.connections = [self.connection() for _ in range(self.rng.randint(1, 3))]
        self.model()
        return "\n".join(self.out) + "\n"

    # Axes and declarations.

    def makeAxes(self):
        rng = self.rng
        size = lambda most: rng.choice([s for s in SIZES if s <= most])
        heads, head = size(4), size(9)
        self.sizes = {"dim": heads * head, "heads": heads, "head": head, "lane": size(5), "inner": size(48), "same": heads, "way": 3, "vocab": rng.choice([2, 5, 11, 19, 33])}
        self.relations = [("dim", "heads", "head")]
        self.equal = [("heads", "same")]
        if rng.random() < 0.3:
            self.sizes["long"] = size(48)
        self.kinds = rng.choice([2, 3, 7])

    def head(self):
        rng = self.rng
        s = self.sizes
        words = [f"batch={rng.choice([1, 2, 3])}", f"tokens={rng.choice([1, 2, 3, 5, 7, 9])}", f"seed={self.seed}"]
        if rng.random() < 0.25:
            words.append("bf16")
        words.append(f"target={rng.choice(['sm_80', 'sm_80', 'sm_90', 'sm_90a'])}")
        self.line("// compare: " + " ".join(words))
        self.blocks = rng.choice([1, 1, 2])
        longs = f"  long = {s['long']}" if "long" in s else ""
        if "positions" in self.switches:
            longs += "  places = 9"
        self.line(f"config {{ vocab = {s['vocab']}  heads = {s['heads']}  head = {s['head']}  dim = heads * head  lane = {s['lane']}  inner = {s['inner']}"
                  f"  same = heads{longs}  kinds = {self.kinds}  blocks = {self.blocks}  strength = 0.5 }}")
        self.line("axis way = (p, q, r)")
        self.line("")

    def function(self):
        name = self.make.fresh("f")
        kind = self.rng.randrange(4)
        if kind == 0:
            self.line(f"fn {name}[a](x) = x * rsqrt(sum[a](x * x) + 0.5)")
            self.functions.append((name, True, 1))
        elif kind == 1:
            self.line(f"fn {name}(x: [..e], s: real = 0.5) = tanh(s * x) + s * abs(x)")
            self.functions.append((name, False, 1.5))
        elif kind == 2:
            self.open(f"fn {name}[a](x)")
            self.line("let top = max[a](x)")
            self.line("let e = exp(x - top)")
            self.line("e / sum[a](e)")
            self.close()
            self.functions.append((name, True, 1))
        else:
            self.open(f"fn {name}(x: [..e])")
            self.line("let y = sigmoid(x)")
            self.line("where(y > 0.5, x * y, y - 0.5)")
            self.close()
            self.functions.append((name, False, 1))

    def scope(self, values, params, **more):
        return Scope(values, params, functions=self.functions, layers=self.layers, **more)

    def body(self, scope, axes, depth=None):
        """Statements of a block (parameters, then lets) and an expression."""
        before = scope.params
        lets = []
        for _ in range(self.rng.randint(0, 2)):
            of = axes if self.rng.random() < 0.6 else self.someAxes()
            x = self.make.make(of, scope, self.rng.randint(1, 2))
            name = self.make.fresh("v")
            lets.append(f"let {name} = {x.text}")
            scope.values.append(Value(name, of, x.size, x.token))
        result = self.make.make(axes, scope, self.depth if depth is None else depth)
        for text in before:
            self.line(text)
        before.clear()
        for text in lets:
            self.line(text)
        return result

    def layer(self):
        name = self.make.fresh("layer")
        if self.rng.random() < 0.5:
            self.open(f"layer {name}(x: [..e], hidden: int = {self.rng.choice([1, 3, 6])}) -> [..e]")
            self.line("param gain: [..e] = ones")
            self.line("let h = up: linear(gain * x, [wide: hidden])")
            form = self.rng.choice(["tanh(h)", "h * max(h, 0)", "softmax[wide](h)", "gelu(h)"])
            self.line(f"return down: linear({form}, [..e], weight = normal(0.1)) + 0.5 * x")
            self.close()
            self.layers.append(name)
        else:
            axes = self.someAxes()
            self.open(f"layer {name}(x: {listed(axes)}, s: stream {listed({'depth', 'dim'})}) -> {listed(axes)}")
            self.line("s <- w: linear(x, [dim])")
            self.line("let seen = s.state")
            self.line(f"return out: linear(mean[depth](seen) + s.last, {listed(axes)}) + x")
            self.close()
            self.streamLayers.append((name, axes))

    def someAxes(self, most=2):
        names = [a for a in self.sizes if a not in ("vocab",)]
        return frozenset(self.rng.sample(names, self.rng.randint(1, most)))

    def entry(self):
        """Axes of a stream."""
        return self.rng.choice([frozenset({"dim"})] * 4 + [frozenset({"heads", "head"}), frozenset({"lane", "dim"}), frozenset({"inner"}), frozenset({"way", "head"})])

    def connection(self):
        rng = self.rng
        name = self.make.fresh("c")
        kind = rng.choice(["overwritten", "overwritten", "history", "history", "history", "lanes", "two fields", "library", "library"])
        if kind == "library":
            return self.libraryConnection()
        e = self.entry()
        if kind in ("overwritten", "lanes"):
            if kind == "lanes":
                e = frozenset({"lane"}) | rng.choice([frozenset({"dim"}), frozenset({"head"})])
            read = e if kind == "overwritten" and rng.random() < 0.7 else e - {"lane"} if "lane" in e else e
            self.open(f"connection {name}(x: {listed(e)})")
            values = [Value("x", e, 2)]
            r = self.body(self.scope(values, []), read)
            pool = "x" if read == e else "sum[lane](x)"
            self.line(f"read 0.5 * {pool} + {r.text}" if rng.random() < 0.7 or not r.token else f"read {r.text}")
            self.write(e, read, values)
            self.close()
            return Connection(name, e, read, read, False)
        # Of a history.
        second = kind == "two fields"
        self.open(f"connection {name}(v: {'[depth, ' + listed(e)[1:]}{', h: ' + listed(e) + ' = zeros' if second else ''})")
        values = [Value("v", e | {"depth"}, 2)] + ([Value("h", e, 2, False)] if second else [])
        params = []
        scope = self.scope(values, params, depth=True)
        views = ["null", "joined", "doubled"] if "depth views" in self.switches else []
        form = rng.choice(["softmax", "param", "free", "ends", "max"] + views)
        x = self.body(scope, e if form != "softmax" else frozenset({"depth"}), depth=rng.choice([1, 2]))
        if form == "softmax":
            if rng.random() < 0.5:
                if ": " in x.text:  # a label is there once
                    score = self.make.fresh("v")
                    self.line(f"let {score} = {x.text}")
                    x = Value(score, x.axes, x.size, x.token)
                self.line(f"observe softmax[depth]({x.text}) as weights")
            read = f"sum[depth](softmax[depth]({x.text}) * v)"
        elif form == "param":
            values.append(Value("pa", frozenset({"depth"}), 1, False))
            self.line("param pa: [depth] = onehot[depth](last)")
            read = f"sum[depth](pa * v) + 0.3 * {x.text}"
        elif form == "free":
            read = f"mean[depth](v) + {x.text}"
        elif form == "ends":
            read = f"0.5 * v.last + strength * v.first * {x.text}"
        elif form == "null":
            self.line(f"param nothing: [none: {rng.choice([1, 1, 2])}, {listed(e)[1:]} = normal(0.5)")
            order = rng.choice(["none, depth -> any](nothing, v)", "depth, none -> any](v, nothing)"])
            self.line(f"let all = concat[{order}")
            read = f"sum[any](softmax[any](sum{listed(e)}(all * all)) * all) + 0.3 * {x.text}"
        elif form == "joined":
            over = rng.choice(sorted(e))
            self.line(f"let all = join[depth, {over} -> row](v)")
            read = f"sum[depth](split[row -> depth, {over}](softmax[row](all) * all) * v) - {x.text}"
        elif form == "doubled":
            self.line(f"let weight = softmax[twice](concat[depth -> twice](sum{listed(e)}(v), max{listed(e)}(v)))")
            read = f"sum[twice](weight * concat[depth -> twice](v, v * {x.text}))"
        else:
            read = f"max[depth](v) - {x.text}"
        self.line(f"read {read}")
        if second:
            self.line(f"write (y) {'v = append ' if rng.random() < 0.5 else 'append '}y + 0.1 * h, h = 0.9 * h + 0.1 * y")
        elif rng.random() < 0.4:
            y = self.make.make(e, self.scope([Value("y", e, 2), Value("y", e, 2)], None, instance=False), 1)
            self.line(f"write (y) append y + 0.2 * {y.text}")
        self.close()
        # All sites of a shared connection see one shape of its parameters.
        shareable = not any(v.text[0] == "p" and "depth" in v.axes for v in scope.values)
        return Connection(name, e | {"depth"}, e, e, True, shareable=shareable, fields=2 if second else 1)

    def write(self, state, read, values):
        params = []
        scope = self.scope(values + [Value("y", read, 2)], params)
        new = self.make.make(state, scope, self.rng.choice([1, 2]))
        for text in params:
            self.line(text)
        spread = "y" if read == state else f"spread{listed(state - read)}(y)"
        form = self.rng.choice([f"0.7 * x + {new.text}", f"{spread} + {new.text}", f"x + {spread} * {new.text}"])
        self.line(f"write (y) {form}")

    def libraryConnection(self):
        rng = self.rng
        name = rng.choice(["add", "replace", "rezero", "layerscale", "delta", "depth_attention", "depth_attention", "weighted", "hyper", "mhc"])
        e = self.entry()
        if name in ("hyper", "mhc"):
            e = rng.choice([frozenset({"dim"}), frozenset({"head"}), frozenset({"inner"})])
            return Connection(name, e | {"lane"}, e, e, False, "(iterations = 3)" if name == "mhc" else "")
        if name in ("depth_attention", "weighted"):
            return Connection(name, e | {"depth"}, e, e, True, shareable=name != "weighted")
        return Connection(name, e, e, e, False, "(start = 0.3)" if name == "layerscale" else "")

    # The model.

    def model(self):
        rng = self.rng
        self.ids = [("tokens", "vocab")]
        arguments = "tokens: id[vocab]"
        if rng.random() < 0.3:
            arguments += ", kind: id[kinds]"
            self.ids.append(("kind", "kinds"))
        if rng.random() < 0.3:
            arguments += ", document: id"
            self.ids.append(("document", None))
        if "positions" in self.switches:
            self.ids += [("position", "places")] * 2
        self.line("")
        self.open(f"model m(tokens: id[vocab]{arguments[17:]})")
        self.line("param embed: [vocab, dim] = normal(0.02)  decay on")
        self.values = [Value("embed[tokens]", frozenset({"dim"}), 0.6)]
        self.streams = []
        for c in self.connections[:rng.randint(1, 3)]:
            self.stream(c)
        if self.streamLayers and not any(s.connection.state == {"depth", "dim"} for s in self.streams):
            self.stream(Connection("depth_attention", {"depth", "dim"}, frozenset({"dim"}), frozenset({"dim"}), True))
        self.shared = []
        for _ in range(rng.randint(0, 2)):
            if self.layers and rng.random() < 0.5:
                name = self.make.fresh("u")
                self.line(f"use {name} = {rng.choice(self.layers + ['rmsnorm'])}()")
                self.shared.append(name)
        self.statements(rng.randint(2, 5), [], {})
        self.readout()
        self.close()

    def view(self, stream):
        rng = self.rng
        if not stream.connection.history or rng.random() < 0.5:
            return ""
        one = lambda: rng.choice([f"last({rng.randint(1, 4)})", f"every({rng.randint(1, 3)})", "first", "all"])
        kind = rng.random()
        if kind < 0.3:
            return f" over blocks({rng.randint(1, 3)})"
        if kind < 0.7:
            return " over " + one()
        parts = list(dict.fromkeys(one() for _ in range(2)))
        return " over (" + ", ".join(parts) + ")" if len(parts) > 1 else " over " + parts[0]

    def stream(self, c):
        rng = self.rng
        name = self.make.fresh("x")
        empty = c.history and c.state - {"depth"} == c.read and rng.random() < 0.15
        params = []
        s = Stream(name, c, empty)
        start = "empty" if empty else self.start(c.state - {"depth"}, params)
        for text in params:
            self.line(text)
        shared = "shared " if c.shareable and rng.random() < 0.25 else ""
        s.shared = bool(shared)
        view = self.view(s)
        s.blocks = "blocks" in view
        self.line(f"stream {name}: {listed(c.state - {'depth'})} = {start} with {shared}{c}{view}")
        self.streams.append(s)

    def start(self, axes, params):
        scope = self.scope(list(self.values), params, ids=self.ids)
        x = self.make.make(axes, Scope(list(self.values), params, self.ids, instance=False), 1)
        if axes == {"dim"}:
            return f"embed[tokens] + 0.1 * {x.text}"
        if axes > {"dim"}:
            return f"spread{listed(axes - {'dim'})}(embed[tokens]) + 0.1 * {x.text}"
        if axes == {"heads", "head"}:
            return f"split[dim -> heads, head](embed[tokens]) * (1 + abs({x.text}))"
        name = self.make.fresh("t")
        params.append(f"param {name}: {listed(axes | {'vocab'})} = normal(0.5)")
        return f"{name}[tokens] + 0.1 * {x.text}"

    def siteScope(self, read, params, statics):
        """`read`: what the mention of the statement's own stream gives, or None."""
        raw = []
        for s in self.streams:
            c = s.connection
            if s.entries and self.rng.random() < 0.3:
                if c.history:
                    raw += [Value(f"{s.name}.{end}", c.state - {"depth"}, 2) for end in ("first", "last")]
                else:
                    raw.append(Value(f"{s.name}.state", c.state, 2))
        values = list(self.values) + raw + ([read] * 3 if read else [])
        return Scope(values, params, self.ids + ([("position", None)] if self.rng.random() < 0.1 else []), statics, self.functions,
                     self.layers + self.shared)

    def statements(self, count, statics, scoped):
        rng = self.rng
        for _ in range(count):
            if "carries" in self.switches and rng.random() < 0.4:
                self.carry()
                continue
            kind = rng.choices(["site", "let read", "let", "for", "if", "observe", "aux", "stream layer", "by"], [6, 1.5, 1.5, 1.2 if self.indent < 3 else 0, 0.7 if statics else 0, 0.6, 0.4, 1, 1.2])[0]
            getattr(self, {"site": "site", "let read": "letRead", "let": "letValue", "for": "loop", "if": "compileTimeIf", "observe": "observe", "aux": "aux",
                           "stream layer": "streamLayer", "by": "byWrite"}[kind])(statics)

    def emitWith(self, params, text):
        for param in params:
            self.line(param)
        self.line(text)

    def site(self, statics):
        rng = self.rng
        s = rng.choice(self.streams)
        params = []
        reads = s.entries and rng.random() < 0.85
        scope = self.siteScope(Value(s.name, s.connection.read, 2) if reads else None, params, statics)
        x = self.make.make(s.connection.written, scope, self.depth)
        x = self.varying(x, s.connection.written)
        label = self.make.fresh("s")
        if rng.random() < 0.3 and s.entries:
            call = rng.choice([f"mlp(rmsnorm({s.name}), {rng.choice([2, 5])})", f"swiglu({s.name}, {rng.choice([1, 4])})"] +
                              ([f"attention(rmsnorm({s.name}), heads{rng.choice(['', ', rope = true' if self.sizes['head'] % 2 == 0 else '', ', window = 2'])})"]
                               if s.connection.read == {"dim"} else []))
            self.line(f"{s.name} <- {label}: {call}")
        else:
            self.emitWith(params, f"{s.name} <- {label}: {{ {x.text} }}")
        s.entries += 1

    def varying(self, x, axes):
        """`x`, made to vary from token to token: a stream of numbers that are all the same is one of its own kind."""
        if x.token or "static entries" in self.switches:
            return x
        return Value(f"{x.text} + {self.make.fresh('w')}: linear(embed[tokens], {listed(axes)})", axes, x.size + 1)

    def by(self, s):
        """Another connection of the same state: by whom, what it reads, what it writes."""
        e = s.connection.state - {"depth"}
        others = [c for c in self.connections
                  if c.state == s.connection.state and c.history == s.connection.history and c.fields == s.connection.fields]
        if s.connection.history:
            others += [Connection("depth_attention", s.connection.state, e, e, True), Connection("weighted", s.connection.state, e, e, True)]
        else:
            others += [Connection("add", e, e, e, False), Connection("replace", e, e, e, False), Connection("delta", e, e, e, False)]
        if s.connection.name in ("mhc", "hyper"):
            others.append(Connection("hyper", e, s.connection.read, s.connection.read, False))
        return self.rng.choice(others)

    def letRead(self, statics):
        readable = [s for s in self.streams if s.entries]
        if not readable:
            return
        s = self.rng.choice(readable)
        c = s.connection
        by = ""
        if self.rng.random() < 0.5:
            c = self.by(s)
            by = f" by {c}"
        view = self.view(s)
        name = self.make.fresh("z")
        self.line(f"let {name} = {s.name}{by}{view}")
        self.values.append(Value(name, c.read, 2))

    def letValue(self, statics):
        params = []
        scope = Scope(list(self.values), params, self.ids, statics, self.functions, self.layers)
        axes = self.someAxes()
        x = self.make.make(axes, scope, self.depth)
        name = self.make.fresh("v")
        self.emitWith(params, f"let {name} = {x.text}")
        self.values.append(Value(name, axes, x.size, x.token))

    def carry(self):
        """Row work alone stands in the cycle, and what is left stays small over many tokens."""
        rng = self.rng
        axes = self.someAxes(3)
        name = self.make.fresh("c")
        init = rng.choice(["zeros", f"{rng.uniform(-1, 1):.3f}", self.make.fresh("start")])
        if init.startswith("start"):
            self.line(f"param {init}: {listed(axes)} = normal(0.5)")
        self.line(f"carry {name}: {listed(axes)} = {init}")
        rows = [v for v in self.values if v.token]
        found = Value(name, axes, 2)

        def made(values, of=axes):
            return self.make.make(of, Scope(values, None, [], [], self.functions, [], False), rng.choice([1, 2])).text

        before = self.make.fresh("v")
        if rng.random() < 0.4:
            self.line(f"let {before} = {made(rows + [found] * 2)}")
            self.values.append(Value(before, axes, 3))
        form = rng.randrange(4)
        if form == 0:
            self.line(f"{name} <- {rng.choice(['0.7', '0.9', '(-0.5)'])} * {name} + tanh({made(rows)})")
        elif form == 1:
            self.line(f"{name} <- sigmoid({made(rows)}) * {name} + sin({made(rows)})")
        elif form == 2:
            self.line(f"{name} <- tanh({made(rows + [found] * 3)})")
        else:
            self.line(f"{name} <- where({made(rows, frozenset())} > 0.1, 0.8 * {name}, cos({made(rows)}))")
        self.values.append(Value(name, axes, 3))

    def byWrite(self, statics):
        s = self.rng.choice(self.streams)
        if not s.entries:
            return
        c = self.by(s)
        params = []
        scope = self.siteScope(Value(s.name, c.read, 2) if self.rng.random() < 0.6 else None, params, statics)
        x = self.varying(self.make.make(c.written, scope, self.rng.choice([1, 2])), c.written)
        # What the statement reads, it reads through the same connection.
        view = self.view(s)
        self.emitWith(params, f"{s.name} by {c}{view} <- {self.make.fresh('s')}: {{ {x.text} }}")
        s.entries += 1

    def loop(self, statics):
        step = self.make.fresh("i")
        saved = self.values
        self.values = self.values[:]
        self.open(f"for {step} in 0..blocks")
        self.statements(self.rng.randint(1, 3), statics + [f"{step} == 0", f"{step} % 2 == 1"], {})
        self.close()
        self.values = saved

    def compileTimeIf(self, statics):
        saved, entries = self.values, [s.entries for s in self.streams]
        self.values = self.values[:]
        self.open(f"if {self.rng.choice(statics)}")
        self.statements(self.rng.randint(1, 2), statics, {})
        if self.rng.random() < 0.5:
            self.values = saved[:]
            self.close("} else {")
            self.indent += 1
            self.statements(1, statics, {})
        self.close()
        self.values = saved
        for s, n in zip(self.streams, entries):
            s.entries = n

    def observe(self, statics):
        scope = Scope(list(self.values), None, self.ids, statics, self.functions, [], False)
        x = self.make.make(self.someAxes(), scope, 1)
        self.line(f"observe {x.text} as {self.make.fresh('o')}")

    def aux(self, statics):
        scope = Scope(list(self.values), None, self.ids, statics, self.functions, [], False)
        x = self.make.make(frozenset(), scope, 2)
        self.line(f"aux_loss 0.1 * tanh({x.text})")

    def streamLayer(self, statics):
        fitting = [s for s in self.streams if s.connection.state == {"depth", "dim"} and s.connection.written == {"dim"}]
        if not self.streamLayers or not fitting:
            return self.site(statics)
        name, axes = self.rng.choice(self.streamLayers)
        params = []
        scope = Scope(list(self.values), params, self.ids, statics, self.functions, [], True)
        x = self.varying(self.make.make(axes, scope, 1), axes)
        s = self.rng.choice(fitting)
        v = self.make.fresh("v")
        self.emitWith(params, f"let {v} = {self.make.fresh('k')}: {name}({x.text}, {s.name})")
        s.entries += 1
        self.values.append(Value(v, axes, 2))

    def readout(self):
        params, sums = [], ""
        readable = [s for s in self.streams if s.entries]
        values = list(self.values)
        # The streams reach the loss, whatever the expression takes: the first is read by the statement itself.
        for s in readable:
            name = s.name
            if s is not readable[0]:
                name = self.make.fresh("z")
                self.line(f"let {name} = {s.name}")
            values += [Value(name, s.connection.read, 2)] * 2
            sums += f" + {self.make.fresh('w')}: linear({name}, [vocab], weight = normal(0.3))"
        x = self.make.make(frozenset({"dim"}), self.scope(values, params, ids=self.ids), self.depth)
        form = self.rng.choice(["dot[dim]({x}, embed)", "dot[dim](last: rmsnorm({x}), embed)", "out: linear({x}, [vocab])"])
        self.emitWith(params, f"return {form.format(x=x.text)}{sums}")


def program(seed, switches=DEFAULT):
    return Program(seed, switches).text()


if __name__ == "__main__":
    print(program(int(sys.argv[1]), sys.argv[2:]), end="")
