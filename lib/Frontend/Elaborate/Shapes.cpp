//===- Shapes.cpp - split, join, concat, spread ---------------------------===//

#include "Elaborator.h"

using namespace mlir;

namespace braid::elab {

using ast::Expr;

/// `split[dim -> heads, head](x)`: row-major; one size may be left open.
Val Elaborator::callSplit(Frame &f, const Expr &e) {
  SmallVector<Val> args;
  SmallVector<Range> ranges;
  if (!collect(f, e, {"x"}, 1, args, &ranges) || !checkData(args[0], ranges[0]))
    return Val::poison();
  if (!e.axes || !e.axes->arrow || e.axes->from.size() != 1 || e.axes->to.size() < 2) {
    error(Diag::ShapeForm, e.range, {"split", "split[a -> b, c](x)"});
    return Val::poison();
  }
  Axes from;
  if (!operandAxes(f, e.axes->from, args, ranges, "split", from))
    return Val::poison();
  int64_t known = 1, size = from[0].getSize();
  // Far more than the size is as wrong as more still.
  constexpr int64_t enough = int64_t(1) << 62;
  auto take = [&](int64_t n) { known = known > enough / n ? enough : known * n; };
  const ast::AxisItem *open = nullptr;
  for (const ast::AxisItem &item : e.axes->to) {
    if (item.size) {
      int64_t n = axisSize(f, *item.size, item.name.text);
      if (!n || !declareAxis(f, item.name, n))
        return Val::poison();
      take(n);
    } else if (AxisAttr axis = findAxis(f, item.name.text)) {
      take(axis.getSize());
    } else if (isPoisoned(f, item.name.text)) {
      return Val::poison();
    } else if (open) {
      lookupAxis(f, item.name);
      return Val::poison();
    } else {
      open = &item;
    }
  }
  if (size % known != 0 || (!open && known != size)) {
    error(Diag::SplitSizes, e.axes->range, {std::to_string(known), axisName(from[0]), std::to_string(size)});
    if (open)
      f.axes.push_back({open->name.text, AxisAttr()}); // not made, as has been said
    return Val::poison();
  }
  Axes to;
  for (const ast::AxisItem &item : e.axes->to) {
    AxisAttr axis = &item == open ? declareAxis(f, item.name, size / known) : findAxis(f, item.name.text);
    if (!axis)
      return Val::poison();
    if (llvm::is_contained(to, axis) || (axis != from[0] && llvm::is_contained(typeOf(args[0]).getAxes(), axis))) {
      error(Diag::DuplicateAxis, item.range, {item.name.text});
      return Val::poison();
    }
    to.push_back(axis);
  }
  SmallVector<Value, 1> in;
  if (!prepare(args, in, e.range))
    return Val::poison();
  lang::ValueType type = lang::typeOf(in[0]);
  Axes axes;
  for (AxisAttr axis : type.getAxes())
    if (axis == from[0])
      axes.append(to);
    else
      axes.push_back(axis);
  return Val::of(
      builder.create<lang::SplitOp>(loc(e.range), type.withAxes(axes), in[0], from[0].getName()).getResult());
}

/// `join[heads, head -> dim](x)`: row-major, in the order written.
Val Elaborator::callJoin(Frame &f, const Expr &e) {
  SmallVector<Val> args;
  SmallVector<Range> ranges;
  if (!collect(f, e, {"x"}, 1, args, &ranges) || !checkData(args[0], ranges[0]))
    return Val::poison();
  if (!e.axes || !e.axes->arrow || e.axes->from.size() < 2 || e.axes->to.size() != 1) {
    error(Diag::ShapeForm, e.range, {"join", "join[a, b -> c](x)"});
    return Val::poison();
  }
  Axes from;
  if (!operandAxes(f, e.axes->from, args, ranges, "join", from))
    return Val::poison();
  int64_t size = 1;
  for (AxisAttr axis : from)
    size *= axis.getSize();
  const ast::AxisItem &item = e.axes->to[0];
  AxisAttr to = item.size ? AxisAttr() : findAxis(f, item.name.text);
  if (!to) {
    if (item.size && axisSize(f, *item.size, item.name.text) != size) {
      error(Diag::SplitSizes, e.axes->range, {std::to_string(size), item.name.text, sourceText(item.size->range)});
      return Val::poison();
    }
    to = declareAxis(f, item.name, size);
  }
  if (!to)
    return Val::poison();
  if (to.getSize() != size) {
    error(Diag::SplitSizes, e.axes->range, {std::to_string(size), item.name.text, std::to_string(to.getSize())});
    return Val::poison();
  }
  // The joined axes next to each other, where the first of them stands.
  Axes order, axes;
  bool placed = false;
  for (AxisAttr axis : typeOf(args[0]).getAxes()) {
    if (!llvm::is_contained(from, axis)) {
      order.push_back(axis);
      axes.push_back(axis);
    } else if (!placed) {
      order.append(from);
      axes.push_back(to);
      placed = true;
    }
  }
  Val v = args[0].kind == Val::Kind::Tensor ? transpose(args[0], order, e.range) : args[0];
  SmallVector<Value, 1> in;
  if (v.isPoison() || !prepare({v}, in, e.range))
    return Val::poison();
  return Val::of(builder.create<lang::JoinOp>(loc(e.range), typeOf(v).withAxes(axes), in[0], to.getName()).getResult());
}

/// `concat[dim -> both](a, b)`, or `concat[p, q -> both](a, b)` with an axis for
/// each operand.
Val Elaborator::callConcat(Frame &f, const Expr &e) {
  SmallVector<Val> args;
  SmallVector<Range> ranges;
  bool ok = true;
  for (const ast::Argument &a : e.arguments) {
    ranges.push_back(a.range);
    args.push_back(evalArgument(f, a, false));
    ok = checkData(args.back(), a.range) && ok;
  }
  if (!ok)
    return Val::poison();
  size_t count = e.axes ? e.axes->from.size() : 0;
  if (!e.axes || !e.axes->arrow || e.axes->to.size() != 1 || args.empty() || (count != 1 && count != args.size())) {
    error(Diag::ShapeForm, e.range, {"concat", "concat[a -> c](x, y)"});
    return Val::poison();
  }
  Axes parts;
  int64_t size = 0;
  for (size_t i = 0; i < args.size(); ++i) {
    std::vector<ast::AxisItem> one(1);
    const ast::AxisItem &item = e.axes->from[count == 1 ? 0 : i];
    one[0].range = item.range;
    one[0].name = item.name;
    Axes axis;
    if (!operandAxes(f, one, {args[i]}, {ranges[i]}, "concat", axis))
      return Val::poison();
    parts.push_back(axis[0]);
    size += axis[0].getSize();
  }
  const ast::AxisItem &item = e.axes->to[0];
  AxisAttr to = item.size ? AxisAttr() : findAxis(f, item.name.text);
  if (!to)
    to = declareAxis(f, item.name, size);
  if (!to)
    return Val::poison();
  if (to.getSize() != size) {
    error(Diag::AxisSizeConflict, item.range, {item.name.text, std::to_string(size), std::to_string(to.getSize())});
    return Val::poison();
  }
  // All operands in the order of the first.
  lang::ValueType first = typeOf(args[0]);
  lang::Kind kind = lang::Kind::Static;
  for (size_t i = 0; i < args.size(); ++i) {
    Axes order;
    for (AxisAttr axis : first.getAxes())
      order.push_back(axis == parts[0] ? parts[i] : axis);
    if (!sameAxes(typeOf(args[i]).getAxes(), order)) {
      error(Diag::AxesMismatch, ranges[i], {"a part of `concat`", show(order), show(axesOf(args[i]))})
          .notes.push_back({ranges[0], "as the first part"});
      return Val::poison();
    }
    args[i] = transpose(args[i], order, ranges[i]);
    kind = std::max(kind, typeOf(args[i]).getKind());
  }
  for (size_t i = 0; i < args.size(); ++i)
    args[i] = broadcast(args[i], SmallVector<AxisAttr>(typeOf(args[i]).getAxes()), ranges[i], kind);
  SmallVector<Value> in;
  if (!prepare(args, in, e.range))
    return Val::poison();
  Axes axes;
  for (AxisAttr axis : first.getAxes())
    axes.push_back(axis == parts[0] ? to : axis);
  SmallVector<StringRef> names;
  for (AxisAttr axis : parts)
    names.push_back(axis.getName());
  return Val::of(builder
                     .create<lang::ConcatOp>(loc(e.range), first.withAxes(axes).withKind(kind), in,
                                             builder.getStrArrayAttr(names), to.getName())
                     .getResult());
}

/// `spread[lane](x)`: the same at every index of new axes.
Val Elaborator::callSpread(Frame &f, const Expr &e) {
  SmallVector<Val> args;
  SmallVector<Range> ranges;
  if (!collect(f, e, {"x"}, 1, args, &ranges) || !checkData(args[0], ranges[0]))
    return Val::poison();
  Axes axes;
  if (!e.axes || e.axes->arrow) {
    error(Diag::NeedsAxes, e.name.range, {e.name.text}).hint = "`spread[axis](…)`";
    return Val::poison();
  }
  if (!evalAxes(f, e.axes->from, axes))
    return Val::poison();
  for (AxisAttr axis : typeOf(args[0]).getAxes()) {
    if (llvm::is_contained(axes, axis)) {
      error(Diag::DuplicateAxis, e.axes->range, {axisName(axis)});
      return Val::poison();
    }
  }
  for (AxisAttr axis : typeOf(args[0]).getAxes())
    axes.push_back(axis);
  return broadcast(args[0], axes, e.range, lang::Kind::Static);
}

} // namespace braid::elab
