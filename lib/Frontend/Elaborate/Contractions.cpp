//===- Contractions.cpp - dot, outer, linear, affine ----------------------===//

#include "Elaborator.h"

using namespace mlir;

namespace braid::elab {

using ast::Expr;

Val Elaborator::callDot(Frame &f, const Expr &e) {
  SmallVector<Val> args;
  SmallVector<Range> ranges;
  Axes axes;
  if (!collect(f, e, {"a", "b"}, 2, args, &ranges) || !checkData(args[0], ranges[0]) || !checkData(args[1], ranges[1]))
    return Val::poison();
  if (!e.axes || e.axes->from.empty()) {
    error(Diag::NeedsAxes, e.name.range, {e.name.text}).hint = "`dot[axis](a, b)`";
    return Val::poison();
  }
  if (!operandAxes(f, e.axes->from, args, ranges, "dot", axes))
    return Val::poison();
  if (axes.empty()) // a rest `..e` that stands for nothing
    return map(lang::Fn::Mul, args, e.range, "dot");
  return dot(args[0], args[1], axes, e.range);
}

/// An elementwise function of values with different axes: the result has the
/// axes of both.
Val Elaborator::product(lang::Fn fn, const Val &a, const Val &b, Range range) {
  if (a.isPoison() || b.isPoison())
    return Val::poison();
  lang::ValueType l = typeOf(a), r = typeOf(b);
  Axes axes(l.getAxes());
  for (AxisAttr axis : r.getAxes())
    if (!llvm::is_contained(axes, axis))
      axes.push_back(axis);
  SmallVector<Value, 2> in;
  if (!prepare({a, b}, in, range))
    return Val::poison();
  auto type = lang::ValueType::get(&context, std::max(l.getKind(), r.getKind()), axes,
                                   lang::yieldsBool(fn) ? lang::Element::Bool : lang::Element::Real, 0);
  return Val::of(builder.create<lang::MapOp>(loc(range), type, fn, in).getResult());
}

Val Elaborator::callOuter(Frame &f, const Expr &e) {
  SmallVector<Val> args;
  SmallVector<Range> ranges;
  if (!collect(f, e, {"a", "b"}, 2, args, &ranges) || !checkData(args[0], ranges[0]) || !checkData(args[1], ranges[1]))
    return Val::poison();
  for (AxisAttr axis : axesOf(args[0]))
    if (llvm::is_contained(axesOf(args[1]), axis)) {
      error(Diag::OuterShares, e.range, {axisName(axis)});
      return Val::poison();
    }
  if (!checkReal(args[0], ranges[0], "`outer`") || !checkReal(args[1], ranges[1], "`outer`"))
    return Val::poison();
  return product(lang::Fn::Mul, args[0], args[1], e.range);
}

/// x contracted over `in` with a weight [in…, out…] of instance `f`. Where an
/// axis is both contracted and made, the weight has a stand-in for the latter.
Val Elaborator::linear(Frame &f, const Val &x, ArrayRef<AxisAttr> in, ArrayRef<AxisAttr> out, const Val &weight,
                       Range range) {
  Axes axes(in.begin(), in.end()), from, to;
  for (AxisAttr axis : out) {
    bool contracted = llvm::is_contained(in, axis);
    if (!contracted && llvm::is_contained(axesOf(x), axis)) {
      error(Diag::DuplicateAxis, range, {axisName(axis)});
      return Val::poison();
    }
    if (contracted) {
      from.push_back(twin(axis));
      to.push_back(axis);
    }
    axes.push_back(contracted ? twin(axis) : axis);
  }
  ParamOptions options;
  options.decay = true;
  Val w = parameter(f, "weight", range, axes, options, [&] {
    if (weight.kind != Val::Kind::None)
      return weight;
    return random(lang::Distribution::Normal, 0.02, initPath, *initAxes, lang::Kind::Static, range);
  });
  if (in.empty())
    return w.isPoison() ? w : product(lang::Fn::Mul, x, w, range);
  return rename(dot(x, w, in, range), from, to, range);
}

/// `linear(x, axes)`, `linear[a](x, axes)`; `affine` is scale · (x · W) + b.
Val Elaborator::callLinear(Frame &f, const Expr &e) {
  StringRef kind = instance ? instance->builtin : StringRef(e.name.text);
  bool affine = kind == "affine";
  Restore<unsigned> level(nesting, nesting + 1); // of the stack's size, not of the program's
  Frame &g = *newFrame(Frame::Kind::Layer, nullptr, f);
  if (instance) {
    g.path = instance->shared->path;
    g.shared = instance->shared;
    g.sharedCall = ++g.shared->call;
    g.unnamed = nullptr;
  } else {
    g.path = callPath(f, e, true);
  }
  SmallVector<StringRef> names{"x", "axes", "weight"};
  if (affine)
    names.append({"scale", "bias"});
  SmallVector<Val> args;
  SmallVector<Range> ranges;
  if (!collect(f, e, names, 2, args, &ranges) || !checkData(args[0], ranges[0]))
    return Val::poison();
  if (args[1].kind != Val::Kind::Axes) {
    error(Diag::WrongArgument, ranges[1], {"axes", "a list of axes such as `[dim]`", show(args[1])});
    return Val::poison();
  }
  const Val &x = args[0];
  if (!checkReal(x, ranges[0], "`" + kind.str() + "`"))
    return Val::poison();
  Axes in = axesOf(x);
  if (e.axes) {
    in.clear();
    if (!operandAxes(f, e.axes->from, {x}, {ranges[0]}, "linear", in))
      return Val::poison();
  }
  const Axes &out = *args[1].axes;
  Val y = linear(g, x, in, out, args[2], e.range);
  if (!affine || y.isPoison())
    return y;
  Val scale =
      parameter(g, "scale", e.range, {}, {}, [&] { return args[3].kind == Val::Kind::None ? Val::real(1) : args[3]; });
  Val bias =
      parameter(g, "bias", e.range, out, {}, [&] { return args[4].kind == Val::Kind::None ? Val::real(0) : args[4]; });
  return map(lang::Fn::Add, {map(lang::Fn::Mul, {scale, y}, e.range), bias}, e.range);
}

} // namespace braid::elab
