"""Random expressions of Braid with given axes.

An expression is made from the outside in: `Expressions.make(axes, scope, depth)` picks a production whose result has exactly
these axes, and makes its operands. Each comes with a guess of how large its numbers are, so that what grows is
brought back (`tanh`, `rms`) before it leaves what fp32 can hold.
"""
import math
from dataclasses import dataclass, field

SIZES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 17, 24, 31, 33, 48]


@dataclass
class Value:
    """A name in scope, or an expression's text."""
    text: str
    axes: frozenset = frozenset()
    size: float = 1.0  # a guess of its largest number
    token: bool = True  # varies from token to token


@dataclass
class Scope:
    """What an expression may use, and where the parameters that it wants are declared."""
    values: list
    params: list | None = None  # statements that go before; None where no parameter can be declared
    ids: list = field(default_factory=list)  # (text, axis that it indexes or None)
    statics: list = field(default_factory=list)  # compile-time conditions
    functions: list = field(default_factory=list)  # names of `fn f[a](x)` that keep all axes
    layers: list = field(default_factory=list)  # names of layers from [..e] to [..e]
    instance: bool = True  # layers may be called
    depth: bool = False  # `depth` is an axis here

    def also(self, *values):
        return Scope(self.values + list(values), self.params, self.ids, self.statics, self.functions, self.layers, self.instance, self.depth)


def order(axes):
    return sorted(axes)


def listed(axes):
    return "[" + ", ".join(order(axes)) + "]"


def block(statements, result):
    """On lines of their own: a `(` would go on with the expression before it, and a `-` does so even there."""
    return "{\n" + "\n".join(statements + [f"({result})" if result.startswith("-") else result]) + "\n}"


class Expressions:
    limit = 900  # numbers of one value of a token

    def __init__(self, rng, axes, relations, equal, switches):
        self.rng = rng
        self.sizes = axes  # name: size
        self.relations = relations  # (whole, outer, inner): |whole| = |outer| |inner|
        self.equal = equal  # pairs of axes of one size
        self.switches = switches
        self.number = 0
        self.attends = 0

    # Choices.

    def fresh(self, stem):
        self.number += 1
        return f"{stem}{self.number}"

    def chance(self, p):
        return self.rng.random() < p

    def numbers(self, axes):
        return math.prod(self.sizes.get(a, 6) for a in axes)

    def other(self, axes, scope, room=None):
        """An axis that is not among these, or None."""
        room = room or self.limit
        names = [a for a in self.sizes if a not in axes and self.numbers(axes | {a}) <= room]
        return self.rng.choice(names) if names else None

    def constant(self):
        return self.rng.choice(["0.5", "1", "2", "-0.7", "1.5", "0.25", "-1", "3", "0.1"])

    # Leaves.

    def leaf(self, axes, scope):
        same = [v for v in scope.values if v.axes == axes]
        fewer = [v for v in scope.values if v.axes < axes]
        more = [v for v in scope.values if v.axes > axes and v.token]
        near = [v for v in scope.values if v.token and v.axes and "depth" not in v.axes]
        choices = [("same", 8)] * bool(same) + [("fewer", 1)] * bool(fewer) + [("more", 3)] * bool(more) + [("constant", 0.5 if near else 1)]
        if scope.params is not None:
            choices.append(("param", 1.5))
            if "depth" not in axes:
                choices += [("table", 1.5)] * any(axis for _, axis in scope.ids)
                choices += [("product", 2)] * bool(near and scope.instance and not same)
        if len(axes) == 1 and "depth" not in axes:
            choices.append(("index", 0.4))
        kind = self.rng.choices([c for c, _ in choices], [w for _, w in choices])[0]
        if kind == "same":
            v = self.rng.choice(same)
            return Value(v.text, axes, v.size, v.token)
        if kind == "fewer":
            v = self.rng.choice(fewer)
            return Value(f"spread{listed(axes - v.axes)}({v.text})", axes, v.size, v.token)
        if kind == "more":
            v = self.rng.choice(more)
            f = self.rng.choice(["sum", "mean", "max", "min"])
            return Value(f"{f}{listed(v.axes - axes)}({v.text})", axes, v.size * (self.numbers(v.axes - axes) if f == "sum" else 1), v.token)
        if kind == "product":
            v = self.rng.choice(near)
            return Value(f"{self.fresh('w')}: linear({v.text}, {listed(axes)})", axes, 1 + v.size, True)
        if kind == "param":
            return self.param(axes, scope)
        if kind == "table":
            return self.table(axes, scope)
        if kind == "index":
            (a,) = axes
            return Value(f"(index[{a}] / |{a}|)", axes, 1, False)
        if not axes:
            return Value(self.constant(), axes, 3, False)
        return Value(f"spread{listed(axes)}({self.constant()})", axes, 3, False)

    def param(self, axes, scope):
        name = self.fresh("p")
        init = self.rng.choice(["normal(0.5)", "uniform(0.4)", "zeros", "ones", "0.3"])
        if len(axes) == 1 and self.chance(0.2):
            init = f"onehot[{next(iter(axes))}]({self.rng.choice(['first', 'last', '0'])})"
        scope.params.append(f"param {name}: {listed(axes)} = {init}")
        scope.values.append(Value(name, axes, 1.5, False))
        return Value(name, axes, 1.5, False)

    def table(self, axes, scope):
        text, axis = self.rng.choice([i for i in scope.ids if i[1] and i[1] not in axes] or [(None, None)])
        if not axis:
            return self.param(axes, scope)
        name = self.fresh("t")
        scope.params.append(f"param {name}: {listed(axes | {axis})} = normal(0.5)")
        where = f"{axis}: {text}" if self.chance(0.3) or text == "position" else text
        return Value(f"{name}[{where}]", axes, 1, True)

    # The whole.

    def make(self, axes, scope, depth):
        if depth <= 0:
            return self.leaf(axes, scope)
        productions = self.productions(axes, scope)
        kind = self.rng.choices([p for p, _ in productions], [w for _, w in productions])[0]
        value = kind(axes, scope, depth - 1)
        return self.bounded(value if value else self.leaf(axes, scope))

    def bounded(self, value):
        if value.size <= 8:
            return value
        if value.axes and self.chance(0.4):
            # Not over `depth` alone: an entry may be all there is.
            some = self.rng.sample(order(value.axes), self.rng.randint(1, len(value.axes)))
            return Value(f"rms{listed(some)}({value.text})", value.axes, 3, value.token)
        return Value(f"{self.rng.choice(['tanh', 'sin', 'erf', '2 * sigmoid'])}({value.text})", value.axes, 1, value.token)

    def productions(self, axes, scope):
        some = bool(axes)
        table = [
            (self.leaf_again, 2), (self.unary, 3), (self.binary, 5), (self.positive, 1), (self.choice, 1.5), (self.extreme, 1.2),
            (self.reduction, 3), (self.contraction, 3), (self.view, 2.5), (self.block, 1.5), (self.detached, 0.3),
            (self.compile_time, 0.5 if scope.statics else 0), (self.loop, 0.6), (self.twice, 1.5 if "twice" in self.switches else 0), (self.function, 1 if scope.functions else 0),
        ]
        if some:
            table += [(self.normalised, 2), (self.product, 1 if len(axes) > 1 else 0), (self.turned, 0.7)]
        if scope.instance and scope.params is not None and "depth" not in axes:
            table += [(self.linear, 3), (self.partial_linear, 1)]
            if some:
                table += [(self.layer, 1.2)]
            if any(v.token for v in scope.values) and self.attends < 3:
                table += [(self.attention, 1.2)]
        if "draws" in self.switches:
            table += [(self.draw, 0.3)]
        if "delays" in self.switches and scope.instance and "depth" not in axes:
            table += [(self.delayed, 1)]
        return table

    # Productions. Each may return None, for a leaf.

    def delayed(self, axes, scope, depth):
        x = self.make(axes, scope, depth)
        return Value(f"({x.text})[time: -{self.rng.choice([1, 1, 2, 3, 9])}]", axes, x.size, True) if x.token else None

    def leaf_again(self, axes, scope, depth):
        return self.leaf(axes, scope)

    def unary(self, axes, scope, depth):
        x = self.make(axes, scope, depth)
        f, size = self.rng.choice([
            ("tanh", 1), ("sigmoid", 1), ("erf", 1), ("sin", 1), ("cos", 1), ("abs", x.size), ("-", x.size), ("gelu", x.size), ("silu", x.size),
            ("gelu_erf", x.size), ("relu", x.size), ("exp", math.exp(min(x.size, 20))), ("square", x.size**2)])
        if f == "-":
            return Value(f"(-{x.text})", axes, size, x.token)
        if f == "square":
            return Value(f"({x.text} ^ 2)", axes, size, x.token)
        if f == "exp" and x.size > 2:
            return Value(f"exp(tanh({x.text}))", axes, 3, x.token)
        return Value(f"{f}({x.text})", axes, size, x.token)

    def positive_of(self, x):
        """An expression that is greater than 0.1, and its size."""
        return self.rng.choice([(f"(1 + abs({x.text}))", 1 + x.size), (f"(0.2 + {x.text} ^ 2)", 1 + x.size**2), (f"exp(tanh({x.text}))", 2.8),
                                (f"(0.1 + sigmoid({x.text}))", 1.1), (f"sqrt(0.5 + {x.text} ^ 2)", 1 + x.size)])

    def positive(self, axes, scope, depth):
        x = self.make(axes, scope, depth)
        text, size = self.positive_of(x)
        f = self.rng.choice(["log", "sqrt", "rsqrt", "power"])
        if f == "power":
            return Value(f"({text} ^ {self.rng.choice(['0.5', '1.5', '-0.5', '-1', '3'])})", axes, 30 if size > 3 else size**3, x.token)
        return Value(f"{f}({text})", axes, {"log": 3, "sqrt": math.sqrt(size), "rsqrt": 3.2}[f], x.token)

    def operands(self, axes, scope, depth):
        """Two of them: one with all axes, the other with some."""
        a = self.make(axes, scope, depth)
        fewer = axes if self.chance(0.5) else frozenset(self.rng.sample(order(axes), self.rng.randint(0, len(axes))))
        b = self.make(fewer, scope, depth)
        return (a, b) if self.chance(0.6) else (b, a)

    def binary(self, axes, scope, depth):
        a, b = self.operands(axes, scope, depth)
        op = self.rng.choice("++--***/")
        token = a.token or b.token
        if op == "/":
            text, _ = self.positive_of(b)
            return Value(f"({a.text} / {text})", axes, a.size * 5, token)
        return Value(f"({a.text} {op} {b.text})", axes, a.size * b.size if op == "*" else a.size + b.size, token)

    def extreme(self, axes, scope, depth):
        a, b = self.operands(axes, scope, depth)
        return Value(f"{self.rng.choice(['max', 'min'])}({a.text}, {b.text})", axes, max(a.size, b.size), a.token or b.token)

    def condition(self, axes, scope, depth):
        """A comparison, and whether it varies from token to token."""
        kind = self.rng.random()
        if kind < 0.15:
            return f"real(position) {self.rng.choice(['<', '>=', '=='])} {self.rng.choice(['0', '1', '2'])}", True
        if kind < 0.25 and scope.ids:
            return f"real({self.rng.choice(scope.ids)[0]}) {self.rng.choice(['<', '==', '>', '!='])} {self.rng.choice(['0', '1', '3'])}", True
        if kind < 0.4 and axes:
            a = self.rng.choice(order(axes))
            return f"index[{a}] {self.rng.choice(['<', '==', '!=', '>='])} {self.rng.choice(['0', '1', '2'])}", False
        a = self.make(axes, scope, min(depth, 1))
        b = self.make(frozenset(self.rng.sample(order(axes), self.rng.randint(0, len(axes)))), scope, min(depth, 1))
        return f"{a.text} {self.rng.choice(['<', '>', '<=', '>='])} {b.text}", a.token or b.token

    def choice(self, axes, scope, depth):
        a, b = self.operands(axes, scope, depth)
        some = frozenset(self.rng.sample(order(axes), self.rng.randint(0, len(axes))))
        text, token = self.condition(some, scope, depth)
        return Value(f"where({text}, {a.text}, {b.text})", axes, max(a.size, b.size), token or a.token and b.token)

    def wider(self, axes, scope):
        """Axes to reduce over, that these lack."""
        a = "depth" if scope.depth and "depth" not in axes and self.chance(0.4) else self.other(axes, scope)
        if not a:
            return frozenset()
        over = {a}
        if self.chance(0.3) and (b := self.other(axes | over, scope)):
            over.add(b)
        return frozenset(over)

    def reduction(self, axes, scope, depth):
        over = self.wider(axes, scope)
        if not over:
            return None
        x = self.make(axes | over, scope, depth)
        f = self.rng.choice(["sum", "sum", "mean", "max", "min", "lse", "rms"])
        size = x.size * (self.numbers(over) if f == "sum" else 1) + (4 if f == "lse" else 0)
        if f == "rms":
            v = self.fresh("v")
            return Value(block([f"let {v} = {x.text}"], f"sum{listed(over)}(rms{listed(over)}({v}) * {v})"), axes, x.size * self.numbers(over), x.token)
        return Value(f"{f}{listed(over)}({x.text})", axes, size, x.token)

    def contraction(self, axes, scope, depth):
        over = self.wider(axes, scope)
        if not over:
            return None
        left = frozenset(a for a in order(axes) if self.chance(0.6))
        right = (axes - left) | frozenset(a for a in order(left) if self.chance(0.4))
        a, b = self.make(left | over, scope, depth), self.make(right | over, scope, depth)
        return Value(f"dot{listed(over)}({a.text}, {b.text})", axes, a.size * b.size * math.sqrt(self.numbers(over)), a.token or b.token)

    def product(self, axes, scope, depth):
        names = order(axes)
        self.rng.shuffle(names)
        at = self.rng.randint(1, len(names) - 1)
        a, b = self.make(frozenset(names[:at]), scope, depth), self.make(frozenset(names[at:]), scope, depth)
        return Value(f"outer({a.text}, {b.text})", axes, a.size * b.size, a.token or b.token)

    def normalised(self, axes, scope, depth):
        x = self.make(axes, scope, depth)
        over = self.rng.sample(order(axes), self.rng.randint(1, min(2, len(axes))))
        f = self.rng.choice(["softmax", "softmax", "rms", "unit", "sinkhorn", "null"])
        if f == "null":
            null = self.make(axes - set(over), scope, 0)
            return Value(f"softmax{listed(over)}({x.text}, null = {null.text})", axes, 1, x.token)
        if f == "sinkhorn":
            if len(over) < 2 or "depth" in over:
                return None
            return Value(f"sinkhorn{listed(over)}({x.text}, {self.rng.randint(1, 4)})", axes, 1, x.token)
        return Value(f"{f}{listed(over)}({x.text})", axes, {"rms": 4, "unit": 1, "softmax": 1}[f], x.token)

    def turned(self, axes, scope, depth):
        even = [a for a in order(axes) if a != "depth" and self.sizes[a] % 2 == 0]
        if not even:
            return None
        x = self.make(axes, scope, depth)
        return Value(f"rope[{self.rng.choice(even)}]({x.text})", axes, 1.5 * x.size, True)

    def view(self, axes, scope, depth):
        """Other axes for the same numbers, or some of them."""
        ways = []
        for a, b in self.equal:
            for new, old in ((a, b), (b, a)):
                if new in axes and old not in axes:
                    ways.append(lambda new=new, old=old: (axes - {new} | {old}, f"{{x}}[{old} -> {new}]"))
        for whole, outer, inner in self.relations:
            if outer in axes and inner in axes and whole not in axes:
                ways.append(lambda w=whole, o=outer, i=inner: (axes - {o, i} | {w}, f"split[{w} -> {o}, {i}]({{x}})"))
            if whole in axes and outer not in axes and inner not in axes:
                ways.append(lambda w=whole, o=outer, i=inner: (axes - {w} | {o, i}, f"join[{o}, {i} -> {w}]({{x}})"))
            if whole in axes and inner not in axes and self.sizes[outer] <= 4:
                ways.append(lambda w=whole, o=outer, i=inner: self.side_by_side(axes, scope, depth, w, o, i))
        extra = self.other(axes, scope)
        if extra:
            at = self.rng.choice(["0", "-1", str(self.sizes[extra] // 2)])
            ways.append(lambda: (axes | {extra}, f"{{x}}[{extra}: {at}]"))
        if scope.depth and "depth" not in axes:
            ways.append(lambda: (axes | {"depth"}, "{x}[depth: " + self.rng.choice(["0", "-1"]) + "]"))
        if not ways:
            return None
        made = self.rng.choice(ways)()
        if isinstance(made, Value):
            return made
        of, form = made
        if self.numbers(of) > self.limit:
            return None
        x = self.make(of, scope, depth)
        # An index stands behind a name or a call.
        text = x.text if x.text[-1] in ")]" or x.text.isidentifier() else f"({x.text})"
        if "{x}[" in form and not text.isidentifier():
            name = self.fresh("v")
            return Value(block([f"let {name} = {text}"], form.format(x=name)), axes, x.size, x.token)
        return Value(form.format(x=text), axes, x.size, x.token)

    def side_by_side(self, axes, scope, depth, whole, outer, inner):
        parts = [self.make(axes - {whole} | {inner}, scope, depth) for _ in range(self.sizes[outer])]
        token = any(p.token for p in parts)
        return Value(f"concat[{inner} -> {whole}]({', '.join(p.text for p in parts)})", axes, max(p.size for p in parts), token)

    def block(self, axes, scope, depth):
        """A value with a name, used more than once."""
        of = axes if self.chance(0.6) else axes | {self.other(axes, scope) or "vocab"}
        if self.numbers(of) > self.limit:
            of = axes
        x = self.make(of, scope, depth)
        name = self.fresh("v")
        y = self.make(axes, scope.also(Value(name, of, x.size, x.token), Value(name, of, x.size, x.token)), depth)
        return Value(block([f"let {name} = {x.text}"], y.text), axes, y.size, y.token)

    def twice(self, axes, scope, depth):
        """What must be the same number each time it is computed."""
        x = self.make(axes, scope, depth)
        y = self.make(axes, scope, min(depth, 1))
        v, w = self.fresh("v"), self.fresh("v")
        over = self.rng.choice(order(axes)) if axes else None
        forms = [f"({w} - {v} * 2 + {v})", f"max({v} * {w}, {w} * {v} - 1)", f"({v} * {w} - {w} * {v} + {v})", f"({v} * {v} / (1 + {v} * {v}))"]
        if "ties" in self.switches:
            forms += [f"max({v}, {v} + 0 * {w})"]
        if over:
            forms += [f"where({v} == max[{over}]({v}), {w}, {v})", f"({v} - max[{over}]({v}))", f"(real({v} * {w} >= max[{over}]({v} * {w})) * {v})",
                      f"exp({v} - max[{over}]({v}))"]
        size = (x.size + y.size) ** 2
        return Value(block([f"let {v} = {x.text}", f"let {w} = {y.text}"], self.rng.choice(forms)), axes, size, x.token or y.token)

    def detached(self, axes, scope, depth):
        x = self.make(axes, scope, depth)
        return Value(f"detach({x.text})", axes, x.size, x.token)

    def compile_time(self, axes, scope, depth):
        a, b = self.make(axes, scope, depth), self.make(axes, scope, depth)
        return Value(f"(if {self.rng.choice(scope.statics)} {{ {a.text} }} else {{ {b.text} }})", axes, max(a.size, b.size), a.token and b.token)

    def loop(self, axes, scope, depth):
        x = self.make(axes, scope, depth)
        m = self.fresh("m")
        # The body has no parameter of its own.
        inner = Scope(scope.values + [Value(m, axes, 1, x.token)], None, scope.ids, scope.statics, scope.functions, [], False, scope.depth)
        y = self.make(axes, inner, min(depth, 1))
        return Value(f"(fold {self.rng.randint(1, 3)} ({m} = {x.text}) {{ tanh({m} + {y.text}) }})", axes, 1, x.token or y.token)

    def function(self, axes, scope, depth):
        x = self.make(axes, scope, depth)
        name, over, size = self.rng.choice(scope.functions)
        if over and not axes:
            return None
        return Value(f"{name}{'[' + self.rng.choice(order(axes)) + ']' if over else ''}({x.text})", axes, size * max(1, x.size), x.token)

    def from_axes(self, axes):
        """Axes for the input of a product."""
        a = self.other(frozenset(), None)
        return frozenset({a} | ({b} if self.chance(0.3) and (b := self.other(frozenset({a}), None)) else set()))

    def linear(self, axes, scope, depth):
        of = self.from_axes(axes)
        if self.numbers(of) * self.numbers(axes) > 20000:
            return None
        x = self.make(of, scope, depth)
        f = self.rng.choice(["linear", "linear", "affine"])
        return Value(f"{self.fresh('w')}: {f}({x.text}, {listed(axes)})", axes, 1 + 0.4 * x.size * math.sqrt(self.numbers(of)), x.token)

    def partial_linear(self, axes, scope, depth):
        kept = frozenset(a for a in order(axes) if self.chance(0.5))
        a = self.other(axes, scope)
        if not a:
            return None
        x = self.make(kept | {a}, scope, depth)
        return Value(f"{self.fresh('w')}: linear[{a}]({x.text}, {listed(axes - kept)})", axes, 0.4 * x.size * math.sqrt(self.sizes[a]), x.token)

    def layer(self, axes, scope, depth):
        x = self.make(axes, scope, depth)
        label = self.fresh("c")
        some = self.rng.choice(order(axes))
        hidden = self.rng.choice([1, 2, 5, 8])
        calls = [(f"rmsnorm({x.text})", 4), (f"rmsnorm[{some}]({x.text})", 4), (f"layernorm({x.text})", 4), (f"layernorm[{some}]({x.text})", 4),
                 (f"mlp({x.text}, {hidden})", 3), (f"swiglu({x.text}, {hidden})", 3)]
        calls += [(f"{name}({x.text})", 4) for name in scope.layers] * 2
        text, size = self.rng.choice(calls)
        if len(axes) > 1 and self.chance(0.25):
            # `each` hides the axis from its arguments, too.
            v, f = self.fresh("v"), self.rng.choice(["rmsnorm({})", f"mlp({{}}, {hidden})"])
            return Value(block([f"let {v} = {x.text}"], f"{label}: each[{some}] {f.format(v)}"), axes, 4, x.token)
        return Value(f"{label}: {text}", axes, size, x.token)

    def per_token(self, axes, scope, depth):
        """A value that varies from token to token."""
        x = self.make(axes, scope, depth)
        if x.token and self.chance(0.8):
            return x.text
        v = self.rng.choice([v for v in scope.values if v.token])
        if not v.axes:
            return f"({v.text} * {x.text})"
        if "depth" in v.axes:
            v = Value(f"{v.text}[depth: -1]", v.axes - {"depth"})
        return f"({self.fresh('w')}: linear({v.text}, {listed(axes)}) + {x.text})"

    def masks(self, scope):
        words = [self.rng.choice(["causal", "causal", "strict", "all"])]
        if "masks" in self.switches:
            if self.chance(0.3):
                words = [f"earlier({self.rng.randint(1, 4)})"]
            if self.chance(0.3):
                words.append(f"chunk({self.rng.randint(1, 6)})")
            if self.chance(0.4):
                ids = [text for text, axis in scope.ids]
                mark = f"real({self.rng.choice(ids)}) {self.rng.choice(['!=', '<'])} 2" if ids and self.chance(0.5) else "position != 1"
                words.append(f"only({mark})")
        if self.chance(0.35):
            words.append(f"window({self.rng.randint(1, 4)})")
        documents = [text for text, axis in scope.ids if text != "position"]
        if documents and self.chance(0.4):
            words.append(f"segment({self.rng.choice(documents)})")
        self.rng.shuffle(words)
        return ", ".join(words)

    def attention(self, axes, scope, depth):
        """Shared axes (heads), further ones of the query (groups), those of the value."""
        self.attends += 1
        names = order(axes)
        where = {a: self.rng.choice(["shared", "query", "value", "shared", "value"]) for a in names}
        shared = frozenset(a for a in names if where[a] == "shared")
        query = frozenset(a for a in names if where[a] == "query")
        value = frozenset(a for a in names if where[a] == "value")
        head = self.other(axes, scope, 200)
        if not head or not value and "scalar values" not in self.switches:
            return None
        q = self.per_token(shared | query | {head}, scope, depth)
        sources = []
        for _ in range(self.rng.choice([1, 1, 1, 2, 3])):
            slot = self.other(axes | {head}, scope, 200)
            if slot and self.chance(0.3):
                k, v = (self.param(s | {slot}, scope).text for s in (shared | {head}, shared | value))
                sources.append(f"({k}, {v}, all)")
            else:
                k, v = (self.per_token(s, scope, min(depth, 1)) for s in (shared | {head}, shared | value))
                sources.append(f"({k}, {v}, {self.masks(scope)})")
        scale = f", scale = {self.rng.choice(['0.5', '1', '0.1'])}" if self.chance(0.3) else ""
        return Value(f"attend[{head}]({q}, {', '.join(sources)}{scale})", axes, 2, True)

    def draw(self, axes, scope, depth):
        x = self.make(axes, scope, depth)
        if self.chance(0.5) or not x.token:
            return Value(f"({x.text} + {self.fresh('n')}: noise.normal{listed(axes)}(0.3))", axes, x.size + 1, True)
        per = ", per = sequence" if self.chance(0.3) else ""
        return Value(f"{self.fresh('n')}: dropout({x.text}, 0.25{per})", axes, 1.5 * x.size, True)
