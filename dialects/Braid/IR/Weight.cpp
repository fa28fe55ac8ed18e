//===- Weight.cpp - what values weigh, and which dots are products --------===//

#include "dialects/Braid/IR/Weight.h"
#include "dialects/Braid/IR/CostModel.h"

using namespace mlir;
using namespace braid::lang;

int64_t braid::lang::bytesOf(ValueType type) { return type.numElements() * (type.isBool() ? 1 : 4); }

int64_t braid::lang::bytesOf(Value value) {
  auto round = value.getDefiningOp<RoundOp>();
  if (round && round.getPrecision() == Precision::BF16)
    return typeOf(value).numElements() * 2;
  return bytesOf(typeOf(value));
}

bool braid::lang::isMatrixProduct(DotOp dot) {
  ValueType lhs = typeOf(dot.getLhs()), rhs = typeOf(dot.getRhs());
  ValueType result = typeOf(dot.getResult());
  double products = double(lhs.numElements()); // of two sizes of up to 2^40 each
  for (AxisAttr axis : rhs.getAxes())
    if (!lhs.has(axis.getName()))
      products *= double(axis.getSize());
  if (dot.getTokens())
    return 8 * products > double(cost::cacheFactor * 2 * (bytesOf(lhs) + bytesOf(rhs)));
  if (lhs.getKind() == rhs.getKind())
    return false;
  ValueType varying = lhs.isStatic() ? rhs : lhs;
  return 4 * products > double(cost::cacheFactor * 2 * (bytesOf(varying) + bytesOf(result)));
}
