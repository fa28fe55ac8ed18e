//===- Initialisers.cpp - normal, uniform, onehot, eye; noise -------------===//
//
// `normal(0.02)` has no axes of its own: it takes those of the parameter that
// it starts. Until then it is a deferred value, so that it can be handed to a
// layer like any other argument.
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"

using namespace mlir;

namespace braid::elab {

using ast::Expr;

/// `normal`, `uniform`, `noise.normal`, `onehot`, `eye`.
Val Elaborator::callDeferred(Frame &f, const Expr &e) {
  StringRef name = e.name.text;
  bool hasAxes = e.axes.has_value();
  bool draws = name == "normal" || name == "uniform" || name == "noise.normal";
  if (initAxes || (name == "noise.normal" && hasAxes) || (!draws && hasAxes))
    return initCall(f, e);
  Val v = Val::of(Val::Kind::Deferred);
  v.expr = &e;
  v.frame = &f;
  return v;
}

Val Elaborator::initialiser(Frame &f, const Expr &e, StringRef path) {
  Val v = eval(f, e);
  return v;
}

/// Gives deferred noise the axes that it is wanted for.
Val Elaborator::realise(const Val &deferred, ArrayRef<AxisAttr> axes, Frame &f) {
  const Expr &e = *deferred.expr;
  if (e.name.text != "noise.normal") {
    error(Diag::InitialiserOutside, e.range, {sourceText(e.range)});
    return Val::poison();
  }
  SmallVector<Val> args;
  if (!collect(*deferred.frame, e, {"std"}, 1, args))
    return Val::poison();
  std::optional<double> scale = spreadOf(args[0], e.range, "noise.normal");
  if (!scale)
    return Val::poison();
  return random(lang::Distribution::Normal, *scale, drawPath(f, "noise"), axes, lang::Kind::Token, e.range);
}

/// The argument of `normal` and `uniform`.
std::optional<double> Elaborator::spreadOf(const Val &value, Range range, StringRef word) {
  if (value.isNumber() && !value.isBool && value.number >= 0)
    return value.number;
  if (value.isNumber())
    error(Diag::WrongArgument, range,
          {word == "uniform" ? "bound" : "std", "a number that is not negative", show(value)});
  else if (!value.isPoison())
    error(Diag::NotCompileTime, range, {"the argument of `" + word.str() + "`", show(value)});
  return std::nullopt;
}

Val Elaborator::toReal(const Val &v, Range range) {
  if (v.isNumber() && v.isBool)
    return Val::real(v.number);
  if (v.kind == Val::Kind::Tensor && !typeOf(v).isReal())
    return map(lang::Fn::Real, {v}, range);
  return v;
}

Val Elaborator::oneHot(AxisAttr axis, int64_t index, Range range) {
  return toReal(map(lang::Fn::Eq, {iota(axis, range), Val::integer(index)}, range), range);
}

Val Elaborator::identity(AxisAttr a, AxisAttr b, Range range) {
  return toReal(product(lang::Fn::Eq, iota(a, range), iota(b, range), range), range);
}

Val Elaborator::initCall(Frame &f, const Expr &e) {
  StringRef name = e.name.text;
  Axes axes;
  if (e.axes && !evalAxes(f, e.axes->from, axes))
    return Val::poison();
  if (name == "eye") {
    SmallVector<Val> none;
    if (!collect(f, e, {}, 0, none))
      return Val::poison();
    if (!e.axes && initAxes)
      axes = *initAxes;
    if (axes.size() != 2 || axes[0].getSize() != axes[1].getSize()) {
      error(Diag::EyeAxes, e.range, {show(axes)});
      return Val::poison();
    }
    return identity(axes[0], axes[1], e.range);
  }
  if (name == "onehot") {
    if (axes.size() != 1 || e.arguments.size() != 1 || !e.arguments[0].value) {
      error(Diag::OneHotForm, e.range);
      return Val::poison();
    }
    const Expr &at = *e.arguments[0].value;
    int64_t size = axes[0].getSize(), index;
    std::optional<int64_t> label = at.kind == Expr::Kind::Ident ? labelIndex(axes[0], at.name.text) : std::nullopt;
    if (label) {
      index = *label;
    } else if (at.kind == Expr::Kind::Ident && !findName(f, at.name.text) &&
               (at.name.text == "first" || at.name.text == "last")) {
      index = at.name.text == "first" ? 0 : size - 1;
    } else {
      std::optional<int64_t> n = integer(f, at, "the index of `onehot`");
      if (!n)
        return Val::poison();
      index = *n < 0 ? *n + size : *n;
    }
    if (index < 0 || index >= size) {
      error(Diag::BadIndex, at.range, {std::to_string(index), axisName(axes[0]), std::to_string(size)});
      return Val::poison();
    }
    return oneHot(axes[0], index, e.range);
  }
  SmallVector<Val> args;
  if (!collect(f, e, {name == "uniform" ? "bound" : "std"}, 1, args))
    return Val::poison();
  std::optional<double> scale = spreadOf(args[0], e.range, name);
  if (!scale)
    return Val::poison();
  if (name == "noise.normal") {
    if (initAxes) {
      error(Diag::InitialiserNotStatic, e.range);
      return Val::poison();
    }
    return random(lang::Distribution::Normal, *scale, drawPath(f, "noise"), axes, lang::Kind::Token, e.range);
  }
  // The stream's name is the path; further draws of one initialiser are numbered.
  std::string stream = initPath.str();
  if (initDraws++)
    stream += "#" + std::to_string(initDraws - 1);
  return random(name == "normal" ? lang::Distribution::Normal : lang::Distribution::Uniform, *scale, stream,
                e.axes ? axes : *initAxes, lang::Kind::Static, e.range);
}

/// A path for draws at run time: the instance's, numbered if there are several.
std::string Elaborator::drawPath(Frame &f, StringRef what) {
  std::string path = f.path + (f.path.empty() ? "" : ".") + what.str();
  if (unsigned n = draws[path]++)
    path += "#" + std::to_string(n);
  return path;
}

/// `dropout(e, p, per = token)`: the factor is an op of its own, marked, so that evaluation
/// can put 1 in its place.
Val Elaborator::callDropout(Frame &f, const Expr &e) {
  // `per = token` and `per = sequence` are words, not values.
  bool perSequence = false;
  for (const ast::Argument &a : e.arguments)
    if (a.name && a.name->text == "per" && a.value) {
      StringRef word = a.value->kind == Expr::Kind::Ident ? StringRef(a.value->name.text) : StringRef();
      perSequence = word == "sequence";
      if (!perSequence && word != "token") {
        error(Diag::WrongArgument, a.value->range, {"per", "`token` or `sequence`", "something else"});
        return Val::poison();
      }
    }
  SmallVector<Val> args;
  for (const ast::Argument &a : e.arguments)
    if (!a.name || a.name->text == "p")
      args.push_back(evalArgument(f, a, false));
    else if (a.name->text != "per") {
      hint(error(Diag::UnknownArgument, a.name->range, {"dropout", a.name->text}), a.name->text, {"p", "per"});
      return Val::poison();
    }
  if (args.size() != 2) {
    error(Diag::MissingArgument, e.name.range, {"dropout", args.empty() ? "e" : "p"});
    return Val::poison();
  }
  if (!checkData(args[0], e.range) || args[1].isPoison())
    return Val::poison();
  if (!args[1].isNumber() || args[1].number < 0 || args[1].number >= 1) {
    error(Diag::WrongArgument, e.range, {"p", "a number from 0 up to, not including, 1", show(args[1])});
    return Val::poison();
  }
  double p = args[1].number;
  if (p == 0)
    return args[0];
  Axes axes(typeOf(args[0]).getAxes());
  Val u =
      random(lang::Distribution::Uniform, 1.0, drawPath(f, e.label ? StringRef(e.label->text) : StringRef("dropout")),
             axes, lang::Kind::Token, e.range);
  if (perSequence && u.kind == Val::Kind::Tensor)
    u.tensor.getDefiningOp<lang::RandomOp>().setPerSequence(true);
  Val keep = map(lang::Fn::Lt, {u, Val::real(1 - 2 * p)}, e.range);
  Val factor = map(lang::Fn::Select, {keep, Val::real(1 / (1 - p)), Val::real(0)}, e.range);
  if (factor.kind == Val::Kind::Tensor)
    factor.tensor.getDefiningOp()->setAttr("train_only", builder.getUnitAttr());
  return map(lang::Fn::Mul, {args[0], factor}, e.range);
}

} // namespace braid::elab
