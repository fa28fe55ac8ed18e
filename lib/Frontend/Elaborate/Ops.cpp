//===- Ops.cpp - the primitives, with their checks ------------------------===//

#include "Elaborator.h"
#include "braid/Support/Elementary.h"
#include <cmath>

using namespace mlir;

namespace braid::elab {

lang::ValueType Elaborator::typeOf(const Val &value) const {
  if (value.kind == Val::Kind::Tensor)
    return lang::typeOf(value.tensor);
  if (value.kind == Val::Kind::Stack)
    return value.stack->type;
  return lang::ValueType::get(&context, lang::Kind::Static, ArrayRef<AxisAttr>(),
                              value.isBool ? lang::Element::Bool : lang::Element::Real, 0);
}

/// True for what has elements; otherwise says what was found instead.
bool Elaborator::checkData(Val &value, Range range) {
  if (value.isData())
    return true;
  if (value.kind == Val::Kind::Stream)
    error(Diag::BareStream, range, {value.stream->name.str()}).hint =
        "read it in a `let`, or write `.state` for its raw state";
  else if (value.kind == Val::Kind::Deferred)
    error(Diag::InitialiserOutside, range, {sourceText(range)});
  else if (!value.isPoison())
    error(Diag::ExpectedValue, range, {show(value)});
  value = Val::poison();
  return false;
}

bool Elaborator::checkReal(const Val &value, Range range, StringRef what) {
  lang::ValueType type = typeOf(value);
  if (type.isReal())
    return true;
  Diagnostic &d = error(Diag::WrongElement, range, {what.str(), "real numbers", show(value)});
  d.hint = "`real(…)` makes numbers of it";
  return false;
}

static const char *wordOf(lang::Fn fn) {
  switch (fn) {
  case lang::Fn::Add: return "+";
  case lang::Fn::Sub: return "-";
  case lang::Fn::Mul: return "*";
  case lang::Fn::Div: return "/";
  case lang::Fn::Pow: return "^";
  case lang::Fn::Lt: return "<";
  case lang::Fn::Le: return "<=";
  case lang::Fn::Eq: return "==";
  case lang::Fn::And: return "&&";
  case lang::Fn::Or: return "||";
  case lang::Fn::Not: return "!";
  case lang::Fn::Select: return "where";
  default: return lang::stringifyFn(fn).data();
  }
}

/// An elementwise function. One operand's axes contain all the others'; the
/// result has that operand's axes in its order.
Val Elaborator::map(lang::Fn fn, ArrayRef<Val> given, Range range, StringRef word) {
  if (word.empty())
    word = wordOf(fn);
  // A position is a number as well as an id.
  SmallVector<Val, 3> operands(given);
  ElementwiseRole role = elementwiseInfo(fn).role;
  bool comparesIds = role == ElementwiseRole::Comparison && llvm::all_of(given, [](const Val &v) {
                       return v.kind == Val::Kind::Tensor && lang::typeOf(v.tensor).isId();
                     });
  if (role != ElementwiseRole::Conversion && !comparesIds)
    for (Val &v : operands)
      if (v.kind == Val::Kind::Tensor && lang::typeOf(v.tensor).isId() && lang::typeOf(v.tensor).getIdSize() == 0)
        v = map(lang::Fn::Real, {v}, range);
  bool allNumbers = true;
  for (const Val &v : operands) {
    Val copy = v;
    if (!checkData(copy, range))
      return Val::poison();
    allNumbers &= v.isNumber();
  }
  if (allNumbers) {
    auto numbers = llvm::map_to_vector<3>(operands, [](const Val &v) { return v.number; });
    double folded = elementary(fn, numbers.data());
    if (!std::isfinite(folded)) {
      error(Diag::NotFinite, range, {sourceText(range)});
      return Val::poison();
    }
    return lang::yieldsBool(fn) ? Val::boolean(folded != 0) : Val::real(folded);
  }
  const Val *widest = &operands.front();
  lang::Kind kind = lang::Kind::Static;
  SmallVector<lang::ValueType, 3> types;
  for (const Val &v : operands) {
    types.push_back(typeOf(v));
    kind = std::max(kind, types.back().getKind());
    if (axesOf(v).size() > axesOf(*widest).size())
      widest = &v;
  }
  if (role == ElementwiseRole::Conversion && types[0].isReal()) {
    error(Diag::WrongElement, range, {"`" + word.str() + "`", "an id or a truth value", show(operands[0])});
    return Val::poison();
  }
  for (auto [i, type] : llvm::enumerate(types)) {
    bool wantsBool = role == ElementwiseRole::Logic || (role == ElementwiseRole::Choice && i == 0);
    bool any = role == ElementwiseRole::Conversion || (role == ElementwiseRole::Comparison && type.isId());
    if (wantsBool ? !type.isBool() : !any && !type.isReal()) {
      Diagnostic &d = error(Diag::WrongElement, range,
                            {"`" + word.str() + "`", wantsBool ? "truth values" : "real numbers", show(operands[i])});
      if (fn == lang::Fn::Select && type.isId())
        d.hint = "`where` chooses numbers, not ids: choose among what they pick, `where(c, t[i], t[j])`";
      else if (!wantsBool)
        d.hint = "`real(…)` makes numbers of it";
      return Val::poison();
    }
  }
  Axes most = axesOf(*widest);
  for (const Val &v : operands)
    for (AxisAttr axis : axesOf(v))
      if (!llvm::is_contained(most, axis)) {
        if (axisName(axis) == "depth" && llvm::any_of(most, [&](AxisAttr a) { return axisName(a) == "depth"; }))
          error(Diag::TwoHistories, range);
        else
          error(Diag::ElementwiseAxes, range, {word.str(), show(axesOf(*widest)), show(axesOf(v))}).hint =
              fn == lang::Fn::Mul && llvm::none_of(axesOf(v), [&](AxisAttr a) { return llvm::is_contained(most, a); })
                  ? "`outer(…, …)` is the product over the axes of both"
                  : "`spread[" + axisName(axis) + "](…)` repeats a value along an axis that it lacks";
        return Val::poison();
      }
  Axes axes;
  for (lang::ValueType type : types)
    for (AxisAttr axis : type.getAxes())
      if (isHidden(axis) && !typeOf(*widest).has(axis.getName()) && !llvm::is_contained(axes, axis))
        axes.push_back(axis);
  llvm::append_range(axes, typeOf(*widest).getAxes());
  SmallVector<Value> values;
  if (!prepare(operands, values, range))
    return Val::poison();
  auto type =
      lang::ValueType::get(&context, kind, axes, lang::yieldsBool(fn) ? lang::Element::Bool : lang::Element::Real, 0);
  return Val::of(builder.create<lang::MapOp>(loc(range), type, fn, values).getResult());
}

static SmallVector<StringRef> names(ArrayRef<AxisAttr> axes) {
  SmallVector<StringRef> result;
  for (AxisAttr axis : axes)
    result.push_back(axis.getName());
  return result;
}

Val Elaborator::reduce(lang::ReduceKind kind, const Val &value, ArrayRef<AxisAttr> axes, Range range) {
  SmallVector<Value, 1> in;
  if (axes.empty())
    return value;
  if (!checkReal(value, range, "a reduction") || !prepare({value}, in, range))
    return Val::poison();
  SmallVector<StringRef> over = names(axes);
  return Val::of(builder
                     .create<lang::ReduceOp>(loc(range), lang::typeOf(in[0]).without(over), kind, in[0],
                                             builder.getStrArrayAttr(over))
                     .getResult());
}

/// Contracts `axes`; keeps batched axes first, then the left's, then the right's.
Val Elaborator::dot(const Val &lhs, const Val &rhs, ArrayRef<AxisAttr> axes, Range range) {
  if (lhs.isPoison() || rhs.isPoison() || !checkReal(lhs, range, "`dot`") || !checkReal(rhs, range, "`dot`"))
    return Val::poison();
  lang::ValueType l = typeOf(lhs), r = typeOf(rhs);
  Axes batched, result;
  int64_t rightFree = 1, leftFree = 1;
  for (AxisAttr axis : l.getAxes())
    if (!llvm::is_contained(axes, axis) && llvm::is_contained(r.getAxes(), axis))
      result.push_back(axis);
  for (AxisAttr axis : l.getAxes())
    if (!llvm::is_contained(axes, axis) && !llvm::is_contained(r.getAxes(), axis)) {
      result.push_back(axis);
      leftFree *= axis.getSize();
    }
  for (AxisAttr axis : r.getAxes())
    if (!llvm::is_contained(axes, axis) && !llvm::is_contained(l.getAxes(), axis)) {
      result.push_back(axis);
      rightFree *= axis.getSize();
    }
  // A weight matrix applied to what was read is a product of its own.
  bool heavy = (r.isStatic() && rightFree >= 16 && r.numElements() >= 4096) ||
               (l.isStatic() && leftFree >= 16 && l.numElements() >= 4096);
  SmallVector<Value, 2> in;
  if (!prepare({lhs, rhs}, in, range, heavy))
    return Val::poison();
  auto type = lang::ValueType::get(&context, std::max(l.getKind(), r.getKind()), result);
  return Val::of(
      builder.create<lang::DotOp>(loc(range), type, in[0], in[1], builder.getStrArrayAttr(names(axes)), UnitAttr())
          .getResult());
}

/// Repeats a value so that it has exactly `axes` (and at least `kind`).
Val Elaborator::broadcast(const Val &value, ArrayRef<AxisAttr> axes, Range range, lang::Kind kind) {
  lang::ValueType type = typeOf(value);
  kind = std::max(kind, type.getKind());
  if (value.kind == Val::Kind::Tensor && type.getAxes() == axes && type.getKind() == kind)
    return value;
  SmallVector<Value, 1> in;
  if (value.isPoison() || !prepare({value}, in, range))
    return Val::poison();
  auto result = lang::ValueType::get(&context, kind, axes, type.getElement(), type.getIdSize());
  return Val::of(builder.create<lang::BroadcastOp>(loc(range), result, in[0]).getResult());
}

Val Elaborator::slice(const Val &value, AxisAttr axis, int64_t index, Range range) {
  SmallVector<Value, 1> in;
  if (!prepare({value}, in, range))
    return Val::poison();
  return Val::of(builder
                     .create<lang::SliceOp>(loc(range), lang::typeOf(in[0]).without({axis.getName()}), in[0],
                                            axis.getName(), index, 1, StringAttr())
                     .getResult());
}

Val Elaborator::rename(const Val &value, ArrayRef<AxisAttr> from, ArrayRef<AxisAttr> to, Range range) {
  if (value.isPoison() || from.empty())
    return value;
  SmallVector<Value, 1> in;
  if (!prepare({value}, in, range))
    return Val::poison();
  lang::ValueType type = lang::typeOf(in[0]);
  Axes axes;
  for (AxisAttr axis : type.getAxes()) {
    auto it = llvm::find(from, axis);
    axes.push_back(it == from.end() ? axis : to[it - from.begin()]);
  }
  return Val::of(builder
                     .create<lang::RenameOp>(loc(range), type.withAxes(axes), in[0],
                                             builder.getStrArrayAttr(names(from)), builder.getStrArrayAttr(names(to)))
                     .getResult());
}

/// The same value with its axes in the order of `axes`, the hidden ones first.
Val Elaborator::transpose(const Val &value, ArrayRef<AxisAttr> axes, Range range) {
  if (value.kind != Val::Kind::Tensor)
    return value;
  lang::ValueType type = typeOf(value);
  Axes order;
  for (AxisAttr axis : type.getAxes())
    if (!llvm::is_contained(axes, axis))
      order.push_back(axis);
  order.append(axes.begin(), axes.end());
  if (type.getAxes() == ArrayRef<AxisAttr>(order))
    return value;
  SmallVector<Value, 1> in;
  if (!prepare({value}, in, range))
    return Val::poison();
  return Val::of(builder.create<lang::TransposeOp>(loc(range), type.withAxes(order), in[0]).getResult());
}

Val Elaborator::iota(AxisAttr axis, Range range) {
  builder.setInsertionPointToEnd(base);
  auto type = lang::ValueType::get(&context, lang::Kind::Static, ArrayRef<AxisAttr>(axis));
  return Val::of(builder.create<lang::IotaOp>(loc(range), type).getResult());
}

Val Elaborator::gather(const Val &table, const Val &id, AxisAttr axis, Range range) {
  SmallVector<Value, 2> in;
  if (!prepare({table, id}, in, range, /*heavy=*/true))
    return Val::poison();
  lang::ValueType type = lang::typeOf(in[0]).without({axis.getName()});
  type = type.withKind(std::max(type.getKind(), lang::typeOf(in[1]).getKind()));
  return Val::of(builder.create<lang::GatherOp>(loc(range), type, in[0], in[1], axis.getName()).getResult());
}

Val Elaborator::random(lang::Distribution distribution, double scale, StringRef stream, ArrayRef<AxisAttr> axes,
                       lang::Kind kind, Range range) {
  builder.setInsertionPointToEnd(base);
  auto type = lang::ValueType::get(&context, kind, axes);
  return Val::of(builder
                     .create<lang::RandomOp>(loc(range), type, distribution, llvm::APFloat(scale), stream,
                                             /*per_sequence=*/false)
                     .getResult());
}

} // namespace braid::elab
