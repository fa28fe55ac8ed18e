//===- PrepareAttend.cpp - attention in the runtime's order of axes -------===//

#include "Prepare.h"

using namespace mlir;
using namespace braid::ir;

namespace braid::convert {

using Axes = SmallVector<AxisAttr>;

AttendAxes attendAxes(Value query, ValueRange keys, ValueRange values, StringRef axis) {
  AttendAxes result;
  ValueType q = typeOf(query);
  for (AxisAttr a : q.getAxes()) {
    bool shared = llvm::any_of(keys, [&](Value k) { return typeOf(k).has(a.getName()); });
    if (a.getName() == axis)
      result.contracted = a;
    else
      (shared ? result.heads : result.group).push_back(a);
  }
  for (auto [k, v] : llvm::zip(keys, values)) {
    AxisAttr slot;
    if (!typeOf(k).isToken())
      for (AxisAttr a : typeOf(k).getAxes())
        if (!q.has(a.getName()))
          slot = a;
    result.slots.push_back(slot);
    if (result.slots.size() == 1)
      for (AxisAttr a : typeOf(v).getAxes())
        if (a != slot && !llvm::is_contained(result.heads, a))
          result.width.push_back(a);
  }
  return result;
}

static Axes join(std::initializer_list<ArrayRef<AxisAttr>> lists) {
  Axes result;
  for (ArrayRef<AxisAttr> list : lists)
    result.append(list.begin(), list.end());
  return result;
}

/// The value with exactly these axes in this order: transposed, or repeated along axes it lacks.
static Value ordered(OpBuilder &b, Location loc, Value value, const Axes &axes) {
  ValueType type = typeOf(value), wanted = type.withAxes(axes);
  if (type == wanted)
    return value;
  if (type.getAxes().size() == axes.size())
    return b.create<TransposeOp>(loc, wanted, value);
  return b.create<BroadcastOp>(loc, wanted, value);
}

namespace {
/// The operands of an attention in order.
struct Sources {
  SmallVector<Value> keys, values;
  Value query;
  Axes output, lse;

  Sources(OpBuilder &b, Location loc, Value q, ValueRange ks, ValueRange vs, StringRef axis) {
    AttendAxes axes = attendAxes(q, ks, vs, axis);
    query = ordered(b, loc, q, join({axes.heads, axes.group, axes.contracted}));
    for (auto [k, v, slot] : llvm::zip(ks, vs, axes.slots)) {
      Axes front = slot ? Axes{slot} : Axes{};
      keys.push_back(ordered(b, loc, k, join({front, axes.heads, axes.contracted})));
      values.push_back(ordered(b, loc, v, join({front, axes.heads, axes.width})));
    }
    output = join({axes.heads, axes.group, axes.width});
    lse = join({axes.heads, axes.group});
  }
};
} // namespace

/// Replaces `from` by `to`, transposed back into the order of `from`.
static void replaceOrdered(OpBuilder &b, Value from, Value to) {
  ValueType type = typeOf(from);
  if (type != to.getType())
    to = b.create<TransposeOp>(from.getLoc(), type, to);
  from.replaceAllUsesWith(to);
}

void prepareAttend(AttendOp op) {
  OpBuilder b(op);
  Sources s(b, op.getLoc(), op.getQuery(), op.getKeys(), op.getValues(), op.getAxis());
  auto fresh =
      b.create<AttendOp>(op.getLoc(), typeOf(op.getOutput()).withAxes(s.output), typeOf(op.getLse()).withAxes(s.lse),
                         s.query, s.keys, s.values, op.getSegments(), op.getAxis(), op.getMasks(), op.getScale());
  replaceOrdered(b, op.getOutput(), fresh.getOutput());
  replaceOrdered(b, op.getLse(), fresh.getLse());
  op.erase();
}

void prepareAttendGrad(AttendGradOp op) {
  OpBuilder b(op);
  Location loc = op.getLoc();
  Sources s(b, loc, op.getQuery(), op.getKeys(), op.getValues(), op.getAxis());
  Value output = ordered(b, loc, op.getOutput(), s.output);
  Value lse = ordered(b, loc, op.getLse(), s.lse);
  Value grad = ordered(b, loc, op.getOutputGrad(), s.output);
  auto fresh = b.create<AttendGradOp>(loc, s.query.getType(), ValueRange(s.keys).getTypes(),
                                      ValueRange(s.values).getTypes(), s.query, s.keys, s.values, op.getSegments(),
                                      output, lse, grad, op.getAxisAttr(), op.getMasksAttr(), op.getScaleAttr());
  replaceOrdered(b, op.getQueryGrad(), fresh.getQueryGrad());
  // The gradient of a key that was repeated along an axis is the sum over that axis.
  auto replace = [&](Value from, Value to) {
    SmallVector<StringRef> summed;
    for (AxisAttr axis : typeOf(to).getAxes())
      if (!typeOf(from).has(axis.getName()))
        summed.push_back(axis.getName());
    if (!summed.empty())
      to = b.create<ReduceOp>(loc, from.getType(), ReduceKind::Sum, to, b.getStrArrayAttr(summed));
    replaceOrdered(b, from, to);
  };
  for (auto [from, to] : llvm::zip(op.getKeyGrads(), fresh.getKeyGrads()))
    replace(from, to);
  for (auto [from, to] : llvm::zip(op.getValueGrads(), fresh.getValueGrads()))
    replace(from, to);
  op.erase();
}

} // namespace braid::convert
