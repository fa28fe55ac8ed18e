"""Writes a module with a random row kernel and a host.func @f that launches it.

Every op of the row dialect occurs sooner or later, over axes of any small size, static
and dynamic. Functions are applied where they are well conditioned, so that a double
precision evaluation is a fair judge of the result.
"""
import random
import sys

seed = int(sys.argv[1])
ops = int(sys.argv[2]) if len(sys.argv) > 2 else 24
rnd = random.Random(seed)
SIZES = [1, 2, 3, 4, 5, 7, 8, 12, 16, 17, 31, 32, 33, 48, 64, 70, 96, 130]
lines, args, fresh = [], [], 0
dynamic = {"n": rnd.choice([1, 2, 3, 5, 8, 9, 13]), "m": rnd.choice([1, 4, 7, 16])}
axis_count = 0


def new_axis(size):
    global axis_count
    axis_count += 1
    return (f"a{axis_count}", size)


pool = [new_axis(rnd.choice(SIZES)) for _ in range(4)]


def text(axis):
    return f"{axis[0]}: {'?' if axis[0] in dynamic else axis[1]}"


def value_type(axes, kind="real"):
    return "!row.value<[" + ", ".join(map(text, axes)) + "]" + ("" if kind == "real" else ", " + kind) + ">"


def elements(axes):
    n = 1
    for axis in axes:
        n *= axis[1]
    return n


values = []  # (name, axes, kind)


def emit(code, axes, kind="real"):
    global fresh
    fresh += 1
    lines.append(f"  %{fresh} = {code} -> {value_type(axes, kind)}")
    values.append((f"%{fresh}", tuple(axes), kind))
    return values[-1]


def emit_constant(x):
    global fresh
    fresh += 1
    lines.append(f"  %{fresh} = row.constant {x:e} : !row.value<[]>")
    return (f"%{fresh}", (), "real")


def argument(kind, type_, entries, written=False):
    name = f"%arg{len(args)}"
    args.append([name, type_, kind, entries, written])
    return name


def some_axes(limit=600, count=3):
    axes = []
    candidates = pool + [("n", dynamic["n"]), ("m", dynamic["m"])]
    for axis in rnd.sample(candidates, min(rnd.randint(0, count), len(candidates))):
        if elements(axes) * axis[1] <= limit:
            axes.append(axis)
    return axes


def storage():
    return rnd.choice(["f32", "f32", "bf16"])


def load():
    axes = [a for a in some_axes() if a[0] not in dynamic]
    form = rnd.choice(["rows", "shared", "list", "gather"])
    body = "[" + ", ".join(map(text, axes)) + "]"
    st = storage()
    if form == "list":
        axis = rnd.choice(["n", "m"])
        type_ = f"!row.list<{axis}, {body}, {st}>"
        name = argument("list", type_, [(elements(axes), st, rnd.random() < 0.8) for _ in range(dynamic[axis])])
        return emit(f"row.stack {name} : {type_}", [(axis, dynamic[axis])] + axes)
    if form == "gather":
        table = new_axis(rnd.choice([3, 7]))
        position = rnd.randint(0, len(axes))
        whole = axes[:position] + [table] + axes[position:]
        type_ = "!row.buffer<shared, [" + ", ".join(map(text, whole)) + f"], {st}>"
        ids = argument("buffer", "!row.buffer<rows, [], i32>", [(1, "i32", True)])
        name = argument("buffer", type_, [(elements(whole), st, False)])
        id_ = emit(f"row.load {ids} : !row.buffer<rows, [], i32>", [], "id")
        return emit(f'row.gather {name}[{id_[0]}] along "{table[0]}" : {type_}, {value_type([], "id")}', axes)
    type_ = f"!row.buffer<{form}, {body}, {st}>"
    name = argument("buffer", type_, [(elements(axes), st, form == "rows")])
    return emit(f"row.load {name} : {type_}", axes)


def pick(kind="real"):
    return rnd.choice([v for v in values[-12:] if v[2] == kind] or [v for v in values if v[2] == kind])


def map_(fn, inputs, axes=None, kind="real"):
    if axes is None:
        axes = []
        for value in inputs:
            axes += [a for a in value[1] if a not in axes]
        if elements(axes) > 3000:
            return inputs[0]
        rnd.shuffle(axes)
    types = ", ".join(value_type(v[1], v[2]) for v in inputs)
    return emit(f"row.map {fn}({', '.join(v[0] for v in inputs)}) : ({types})", axes, kind)


def soften(value):
    return map_("tanh", [value])


def positive(value):
    return map_("add", [map_("abs", [value]), emit_constant(0.5)])


def elementwise():
    x = pick()
    fn = rnd.choice(["neg", "exp", "log", "sqrt", "rsqrt", "tanh", "sigmoid", "erf", "sin", "cos", "abs", "copy", "add", "sub",
                     "mul", "div", "max", "min", "pow", "lt", "select", "position", "cast"])
    if fn == "exp":
        return map_(fn, [soften(x)])
    if fn in ("log", "sqrt", "rsqrt"):
        return map_(fn, [positive(x)])
    if fn in ("add", "sub", "max", "min"):
        return map_(fn, [x, pick()])
    if fn == "mul":
        return map_(fn, [soften(x), pick()])
    if fn == "div":
        return map_(fn, [x, positive(pick())])
    if fn == "pow":
        return map_(fn, [positive(soften(x)), rnd.choice([emit_constant(rnd.choice([2, 3, -1.5, 0.5])), soften(pick())])])
    if fn == "lt":  # a step far from where it is taken would be no test; near it, rounding decides: use ids
        return map_("real", [map_("lt", [position(), number_id(x)], kind="bool")])
    if fn == "select":
        return map_(fn, [map_(rnd.choice(["le", "eq"]), [position(), number_id(x)], kind="bool"), x, pick()])
    if fn == "position":
        return map_("sin", [map_("real", [position()])])
    if fn == "cast":
        b = map_("or", [map_("le", [position(), number_id(x)], kind="bool"), map_("not", [map_("eq", [position(), number_id(x)], kind="bool")], kind="bool")], kind="bool")
        return map_("mul", [map_("real", [b]), soften(pick())])
    return map_(fn, [x])


def position():
    global fresh
    fresh += 1
    lines.append(f"  %{fresh} = row.position : !row.value<[], id>")
    return (f"%{fresh}", (), "id")


def number_id(_):
    ids = argument("buffer", "!row.buffer<rows, [], i32>", [(1, "i32", True)])
    value = emit(f"row.load {ids} : !row.buffer<rows, [], i32>", [], "id")
    return value


def iota():
    global fresh
    axis = rnd.choice(pool + [("n", dynamic["n"])])
    fresh += 1
    lines.append(f"  %{fresh} = row.iota : {value_type([axis])}")
    value = (f"%{fresh}", (axis,), "real")
    return map_("mul", [value, emit_constant(0.125)])


def reduce():
    x = pick()
    if not x[1]:
        return x
    axes = rnd.sample(list(x[1]), rnd.randint(1, len(x[1])))
    rest = [a for a in x[1] if a not in axes]
    rnd.shuffle(rest)
    names = ", ".join(f'"{a[0]}"' for a in axes)
    kind = rnd.choice(["sum", "sum", "max", "min"])
    source = soften(x) if kind == "sum" else x
    return emit(f"row.reduce {kind} {source[0]} over [{names}] : {value_type(source[1])}",
                [a for a in rest])


def view():
    x = pick()
    static = [i for i, a in enumerate(x[1]) if a[0] not in dynamic]
    axes = list(x[1])
    if not static:
        return x
    if len(static) > 1 and rnd.random() < 0.5:  # joins two neighbours
        for i in static:
            if i + 1 in static:
                joined = new_axis(axes[i][1] * axes[i + 1][1])
                return emit(f"row.view {x[0]} : {value_type(x[1])}", axes[:i] + [joined] + axes[i + 2:])
    i = rnd.choice(static)
    divisors = [d for d in range(1, axes[i][1] + 1) if axes[i][1] % d == 0]
    d = rnd.choice(divisors)
    split = [new_axis(axes[i][1] // d), new_axis(d)]
    pool.extend(a for a in split if a[1] > 1)
    return emit(f"row.view {x[0]} : {value_type(x[1])}", axes[:i] + split + axes[i + 1:])


def transpose():
    x = pick()
    axes = list(x[1])
    rnd.shuffle(axes)
    return emit(f"row.transpose {x[0]} : {value_type(x[1])}", axes)


def slice_():
    x = pick()
    if not x[1]:
        return x
    axis = rnd.choice(list(x[1]))
    size = rnd.randint(1, axis[1])
    offset = rnd.randint(0, axis[1] - size)
    if rnd.random() < 0.3:
        offset -= axis[1]
    rest = [a for a in x[1] if a != axis]
    if rnd.random() < 0.4:
        offset = rnd.randint(-axis[1], axis[1] - 1)
        return emit(f'row.slice {x[0]} "{axis[0]}" at {offset} size 1 : {value_type(x[1])}', rest)
    part = new_axis(size)
    i = list(x[1]).index(axis)
    return emit(f'row.slice {x[0]} "{axis[0]}" at {offset} size {size} as "{part[0]}" : {value_type(x[1])}',
                list(x[1][:i]) + [part] + list(x[1][i + 1:]))


def pad():
    x = pick()
    static = [a for a in x[1] if a[0] not in dynamic]
    if not static or rnd.random() < 0.3:
        axis = new_axis(rnd.choice([2, 3, 17]))
        if elements(x[1]) * axis[1] > 2000:
            return x
        offset = rnd.randint(-axis[1], axis[1] - 1)
        place = rnd.randint(0, len(x[1]))
        return emit(f'row.pad {x[0]} to "{axis[0]}" at {offset} : {value_type(x[1])}', list(x[1][:place]) + [axis] + list(x[1][place:]))
    source = rnd.choice(static)
    axis = new_axis(source[1] + rnd.choice([0, 1, 5, 16]))
    offset = rnd.randint(0, axis[1] - source[1])
    i = list(x[1]).index(source)
    return emit(f'row.pad {x[0]} to "{axis[0]}" at {offset} from "{source[0]}" : {value_type(x[1])}',
                list(x[1][:i]) + [axis] + list(x[1][i + 1:]))


def concat():
    x = pick()
    static = [a for a in x[1] if a[0] not in dynamic]
    if not static or elements(x[1]) > 1500:
        return x
    source = rnd.choice(static)
    i = list(x[1]).index(source)
    parts = [(x, source)]
    for _ in range(rnd.randint(0, 2)):
        parts.append((soften(x) if rnd.random() < 0.5 else x, source))
    axis = new_axis(source[1] * len(parts))
    names = ", ".join(f'"{a[0]}"' for _, a in parts)
    types = ", ".join(value_type(v[1]) for v, _ in parts)
    return emit(f'row.concat {", ".join(v[0] for v, _ in parts)} along [{names}] to "{axis[0]}" : ({types})',
                list(x[1][:i]) + [axis] + list(x[1][i + 1:]))


def store(value, accumulate=False):
    axes = list(value[1])
    rnd.shuffle(axes)
    if accumulate:
        body = "[" + ", ".join(map(text, axes)) + "]"
        if any(a[0] in dynamic for a in axes):
            return
        type_ = f"!row.buffer<shared, {body}, f32>"
        name = argument("buffer", type_, [(elements(axes), "f32", False)], True)
        lines.append(f"  row.accumulate {value[0]} to {name} : {value_type(value[1])}, {type_}")
        return
    if rnd.random() < 0.4:  # in place of something that has been read
        for target in args:
            prefix = "!row.buffer<rows, ["
            if target[1].startswith(prefix) and "i32" not in target[1]:
                names = [n for n in target[1][len(prefix):target[1].index("]")].split(", ") if n]
                if sorted(names) == sorted(map(text, axes)):
                    target[4] = True
                    lines.append(f"  row.store {value[0]} to {target[0]} : {value_type(value[1])}, {target[1]}")
                    return
    named = [a for a in axes if a[0] in dynamic]
    static = [a for a in axes if a[0] not in dynamic]
    st = storage()
    if len(named) > 1:
        return
    if rnd.random() < 0.3 and static:
        static.append(new_axis(rnd.choice([1, 3])))
    body = "[" + ", ".join(map(text, static)) + "]"
    if named:
        type_ = f"!row.list<{named[0][0]}, {body}, {st}>"
        name = argument("list", type_, [(elements(static), st, True)] * named[0][1], True)
        lines.append(f"  row.unstack {value[0]} to {name} : {value_type(value[1])}, {type_}")
    else:
        type_ = f"!row.buffer<rows, {body}, {st}>"
        name = argument("buffer", type_, [(elements(static), st, True)], True)
        lines.append(f"  row.store {value[0]} to {name} : {value_type(value[1])}, {type_}")
        if rnd.random() < 0.3:
            emit(f"row.load {name} : {type_}", static)


def round_():
    """Of numbers that have no more digits than bf16: elsewhere f32 and double precision would round differently."""
    x = map_("real", [position()])
    return emit(f"row.round {x[0]} to {rnd.choice(['f32', 'bf16'])} : {value_type(x[1])}", list(x[1]))


for _ in range(3):
    load()
steps = [elementwise] * 6 + [reduce] * 4 + [load] * 2 + [view, view, transpose, slice_, slice_, pad, concat, iota, round_]
for _ in range(ops):
    step = rnd.choice(steps)
    step()
    if rnd.random() < 0.15:
        store(pick(), rnd.random() < 0.4)
for value in values[-6:]:
    if value[2] == "real":
        store(value, rnd.random() < 0.3)
print(f"row.kernel @k token dynamic [\"n\", \"m\"] {{")
print("^bb0(" + ", ".join(f"{name}: {type_}" for name, type_, *_ in args) + "):")
print("\n".join(lines))
print("}")
print("host.func @f attributes {token_bytes = 0 : i64, fixed_bytes = 0 : i64} {")
operands, types, known = [], [], {}
for i, (name, type_, kind, entries, written) in enumerate(args):
    for j, (numbers, st, per_token) in enumerate(entries):
        operand = f"%e{i}_{j}"
        t = f"!host.buffer<{'token' if per_token else 'fixed'}, {numbers}, {st}>"
        # Sometimes a buffer is passed twice: as an input and as an output.
        same = known.get((t, kind, len(entries), j))
        if written and same and rnd.random() < 0.5:
            operands.append(same)
            types.append(t)
            continue
        known[t, kind, len(entries), j] = operand
        print(f'  {operand} = host.external output "x{i}.{j}" : {t}')
        operands.append(operand)
        types.append(t)
print(f"  host.launch @k token sizes [{dynamic['n']}, {dynamic['m']}] ({', '.join(operands)}) : {', '.join(types)}")
print("}")
