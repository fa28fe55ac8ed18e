//===- Builtins.cpp - functions that need no library ----------------------===//

#include "Elaborator.h"

using namespace mlir;

namespace braid::elab {

using ast::Expr;

const llvm::StringMap<Elaborator::Builtin> &Elaborator::builtins() {
  static const llvm::StringMap<Builtin> table = [] {
    llvm::StringMap<Builtin> t;
    for (StringRef name : {"exp", "log", "sqrt", "rsqrt", "tanh", "sigmoid", "erf", "sin", "cos", "abs", "real"})
      t[name] = &Elaborator::callElementwise;
    for (StringRef name : {"sum", "max", "min", "mean"})
      t[name] = &Elaborator::callReduce;
    for (StringRef name : {"normal", "uniform", "onehot", "eye", "noise.normal"})
      t[name] = &Elaborator::callDeferred;
    t["softmax"] = &Elaborator::callSoftmax;
    t["lse"] = &Elaborator::callLse;
    t["rms"] = &Elaborator::callRms;
    t["where"] = &Elaborator::callWhere;
    t["detach"] = &Elaborator::callDetach;
    t["dot"] = &Elaborator::callDot;
    t["outer"] = &Elaborator::callOuter;
    t["linear"] = t["affine"] = &Elaborator::callLinear;
    t["split"] = &Elaborator::callSplit;
    t["join"] = &Elaborator::callJoin;
    t["concat"] = &Elaborator::callConcat;
    t["spread"] = &Elaborator::callSpread;
    t["attend"] = &Elaborator::callAttend;
    t["dropout"] = &Elaborator::callDropout;
    return t;
  }();
  return table;
}

/// Evaluates the arguments of a built-in into the order of `names`; those not
/// given are `none`.
bool Elaborator::collect(Frame &f, const Expr &e, ArrayRef<StringRef> names, unsigned required,
                         SmallVectorImpl<Val> &out, SmallVectorImpl<Range> *ranges) {
  SmallVector<Slot> slots;
  Callable *callable = instance;
  StringRef callee = callable ? callable->builtin : StringRef(e.name.text);
  // The arguments may call other built-ins; these are not of this instance.
  Restore<Callable *> none(instance, nullptr);
  bool ok = fillSlots(names, callable ? callable->bound : nullptr, e.arguments, callee, e.name.range, slots);
  for (auto [i, slot] : llvm::enumerate(slots)) {
    Val v = slot.bound ? slot.bound->value : slot.argument ? evalArgument(f, *slot.argument, false) : Val::none();
    Range range = slot.argument ? (slot.argument->value ? slot.argument->value->range : slot.argument->range) : e.range;
    if (i < required && !slot.bound && !slot.argument) {
      error(Diag::MissingArgument, e.name.range, {callee.str(), names[i].str()});
      ok = false;
    }
    out.push_back(v);
    if (ranges)
      ranges->push_back(range);
    ok &= !v.isPoison();
  }
  return ok;
}

Val Elaborator::callElementwise(Frame &f, const Expr &e) {
  SmallVector<Val> args;
  SmallVector<Range> ranges;
  if (!collect(f, e, {"x"}, 1, args, &ranges) || !checkData(args[0], ranges[0]))
    return Val::poison();
  return map(*ir::symbolizeFn(e.name.text), {args[0]}, e.range);
}

/// `sum[a](x)`; `max` and `min` without axes are elementwise.
Val Elaborator::callReduce(Frame &f, const Expr &e) {
  StringRef name = e.name.text;
  SmallVector<Val> args;
  SmallVector<Range> ranges;
  if (!e.axes && name != "sum" && name != "mean") {
    if (!collect(f, e, {"a", "b"}, 2, args, &ranges) || !checkData(args[0], ranges[0]) || !checkData(args[1], ranges[1]))
      return Val::poison();
    return map(name == "max" ? ir::Fn::Max : ir::Fn::Min, args, e.range);
  }
  if (!collect(f, e, {"x"}, 1, args, &ranges) || !checkData(args[0], ranges[0]))
    return Val::poison();
  if (!e.axes) {
    error(Diag::NeedsAxes, e.name.range, {name.str()}).hint = "`" + name.str() + "[axis](…)`";
    return Val::poison();
  }
  Axes axes;
  if (!operandAxes(f, e.axes->from, args, ranges, name, axes))
    return Val::poison();
  if (name == "mean")
    return mean(args[0], axes, e.range);
  return reduce(name == "sum" ? ir::ReduceKind::Sum : name == "max" ? ir::ReduceKind::Max : ir::ReduceKind::Min, args[0],
                axes, e.range);
}

/// `softmax[a](x, null = n)`: with `null`, one more place that takes weight and
/// is left out of the result.
Val Elaborator::callSoftmax(Frame &f, const Expr &e) {
  SmallVector<Val> args;
  SmallVector<Range> ranges;
  Axes axes;
  if (!collect(f, e, {"x", "null"}, 1, args, &ranges) || !checkData(args[0], ranges[0]))
    return Val::poison();
  if (!e.axes) {
    error(Diag::NeedsAxes, e.name.range, {e.name.text}).hint = "`softmax[axis](…)`";
    return Val::poison();
  }
  if (!operandAxes(f, e.axes->from, {args[0]}, {ranges[0]}, "softmax", axes))
    return Val::poison();
  const Val &x = args[0], &null = args[1];
  Range r = e.range;
  bool hasNull = null.kind != Val::Kind::None;
  Val m = reduce(ir::ReduceKind::Max, x, axes, r);
  if (hasNull)
    m = map(ir::Fn::Max, {m, null}, r);
  m = detach(m, r);
  Val p = map(ir::Fn::Exp, {map(ir::Fn::Sub, {x, m}, r)}, r);
  Val s = reduce(ir::ReduceKind::Sum, p, axes, r);
  if (hasNull)
    s = map(ir::Fn::Add, {s, map(ir::Fn::Exp, {map(ir::Fn::Sub, {null, m}, r)}, r)}, r);
  return map(ir::Fn::Div, {p, s}, r);
}

Val Elaborator::callLse(Frame &f, const Expr &e) {
  SmallVector<Val> args;
  SmallVector<Range> ranges;
  Axes axes;
  if (!collect(f, e, {"x"}, 1, args, &ranges) || !checkData(args[0], ranges[0]))
    return Val::poison();
  if (!e.axes) {
    error(Diag::NeedsAxes, e.name.range, {e.name.text}).hint = "`lse[axis](…)`";
    return Val::poison();
  }
  if (!operandAxes(f, e.axes->from, args, ranges, "lse", axes))
    return Val::poison();
  Range r = e.range;
  Val m = detach(reduce(ir::ReduceKind::Max, args[0], axes, r), r);
  Val s = reduce(ir::ReduceKind::Sum, map(ir::Fn::Exp, {map(ir::Fn::Sub, {args[0], m}, r)}, r), axes, r);
  return map(ir::Fn::Add, {map(ir::Fn::Log, {s}, r), m}, r);
}

/// `rms[a](x, eps = 1e-6)`: x divided by its root mean square.
Val Elaborator::callRms(Frame &f, const Expr &e) {
  SmallVector<Val> args;
  SmallVector<Range> ranges;
  if (!collect(f, e, {"x", "eps"}, 1, args, &ranges) || !checkData(args[0], ranges[0]))
    return Val::poison();
  Axes axes = axesOf(args[0]);
  if (e.axes) {
    axes.clear();
    if (!operandAxes(f, e.axes->from, {args[0]}, {ranges[0]}, "rms", axes))
      return Val::poison();
  }
  Range r = e.range;
  Val eps = args[1].kind == Val::Kind::None ? Val::real(1e-6) : args[1];
  Val square = mean(map(ir::Fn::Mul, {args[0], args[0]}, r), axes, r);
  return map(ir::Fn::Mul, {args[0], map(ir::Fn::Rsqrt, {map(ir::Fn::Add, {square, eps}, r)}, r)}, r);
}

Val Elaborator::callWhere(Frame &f, const Expr &e) {
  SmallVector<Val> args;
  SmallVector<Range> ranges;
  if (!collect(f, e, {"condition", "a", "b"}, 3, args, &ranges))
    return Val::poison();
  for (unsigned i = 0; i < 3; ++i)
    if (!checkData(args[i], ranges[i]))
      return Val::poison();
  if (args[0].isNumber() && args[0].isBool)
    return args[0].number ? args[1] : args[2];
  return map(ir::Fn::Select, args, e.range);
}

Val Elaborator::detach(const Val &v, Range range) {
  SmallVector<Value, 1> in;
  if (v.isNumber())
    return v;
  if (!prepare({v}, in, range))
    return Val::poison();
  return Val::of(builder.create<ir::DetachOp>(loc(range), in[0].getType(), in[0]).getResult());
}

Val Elaborator::callDetach(Frame &f, const Expr &e) {
  SmallVector<Val> args;
  SmallVector<Range> ranges;
  if (!collect(f, e, {"x"}, 1, args, &ranges) || !checkData(args[0], ranges[0]))
    return Val::poison();
  return detach(args[0], e.range);
}

} // namespace braid::elab
