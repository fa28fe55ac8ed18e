//===- Emitter.cpp - short-hand for building braid ops --------------------===//

#include "dialects/Braid/IR/Emitter.h"

using namespace mlir;
using namespace braid::lang;

Value Emitter::number(double value) {
  return builder.create<ConstantOp>(loc, ValueType::get(builder.getContext(), Kind::Static, ArrayRef<AxisAttr>()),
                                    builder.getF64FloatAttr(value));
}

Value Emitter::filled(double value, ValueType like) {
  return builder.create<ConstantOp>(loc, ValueType::get(builder.getContext(), Kind::Static, like.getAxes()),
                                    builder.getF64FloatAttr(value));
}

Value Emitter::mapTo(Fn fn, ArrayRef<Value> operands, ArrayRef<AxisAttr> axes) {
  Kind kind = Kind::Static;
  for (Value operand : operands)
    kind = std::max(kind, typeOf(operand).getKind());
  ValueType type =
      ValueType::get(builder.getContext(), kind, axes, yieldsBool(fn) ? Element::Bool : Element::Real, int64_t(0));
  return builder.create<MapOp>(loc, type, fn, operands);
}

Value Emitter::map(Fn fn, ArrayRef<Value> operands) {
  ArrayRef<AxisAttr> axes;
  for (Value operand : operands)
    if (typeOf(operand).getAxes().size() > axes.size())
      axes = typeOf(operand).getAxes();
  return mapTo(fn, operands, axes);
}

Value Emitter::reduce(ReduceKind kind, Value value, ArrayRef<StringRef> over) {
  if (over.empty())
    return value;
  return builder.create<ReduceOp>(loc, typeOf(value).without(over), kind, value, builder.getStrArrayAttr(over));
}

Value Emitter::ordered(Value value, ArrayRef<AxisAttr> axes) {
  ValueType type = typeOf(value);
  if (type.getAxes() == axes)
    return value;
  return builder.create<TransposeOp>(loc, type.withAxes(axes), value);
}

Value Emitter::sumTo(Value value, ValueType type) {
  SmallVector<StringRef> extra;
  for (AxisAttr axis : typeOf(value).getAxes())
    if (!type.has(axis.getName()))
      extra.push_back(axis.getName());
  return ordered(reduce(ReduceKind::Sum, value, extra), type.getAxes());
}

Value Emitter::broadcast(Value value, ValueType type) {
  if (value.getType() == type)
    return value;
  return builder.create<BroadcastOp>(loc, type, value);
}

Value Emitter::tokenSum(Value value) {
  return builder.create<TokenSumOp>(loc, typeOf(value).withKind(Kind::Static), value);
}
