//===- Traffic.cpp - which ops are rows, and what values weigh ------------===//

#include "dialects/Braid/Analysis/Traffic.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace braid::ir;

int64_t braid::ir::bytesOf(ValueType type) {
  return type.numElements() * (type.isBool() ? 1 : 4);
}

int64_t braid::ir::bytesOf(Value value) {
  auto round = value.getDefiningOp<RoundOp>();
  if (round && round.getPrecision() == Precision::BF16)
    return typeOf(value).numElements() * 2;
  return bytesOf(typeOf(value));
}

bool braid::ir::isMatrixProduct(DotOp dot) {
  ValueType lhs = typeOf(dot.getLhs()), rhs = typeOf(dot.getRhs());
  ValueType result = typeOf(dot.getResult());
  double products = double(lhs.numElements()); // of two sizes of up to 2^40 each
  for (AxisAttr axis : rhs.getAxes())
    if (!lhs.has(axis.getName()))
      products *= double(axis.getSize());
  if (dot.getTokens())
    return 8 * products > double(cacheFactor * 2 * (bytesOf(lhs) + bytesOf(rhs)));
  if (lhs.getKind() == rhs.getKind())
    return false;
  ValueType varying = lhs.isStatic() ? rhs : lhs;
  return 4 * products > double(cacheFactor * 2 * (bytesOf(varying) + bytesOf(result)));
}

bool braid::ir::isRowLocal(Operation *op) {
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case<DotOp>([](DotOp dot) { return !isMatrixProduct(dot); })
      .Case<ReadOp>([](ReadOp read) {
        return llvm::all_of(read.body()->without_terminator(), [](Operation &inner) {
          return isRowLocal(&inner) && !endsLevel(&inner);
        });
      })
      .Case<AttendOp, AttendGradOp, ScatterOp, InputOp, ParamOp, OutputOp, ObserveOp,
            AuxLossOp>([](auto) { return false; })
      .Default([](Operation *) { return true; });
}

bool braid::ir::endsLevel(Operation *op) {
  if (isa<TokenSumOp>(op))
    return true;
  auto dot = dyn_cast<DotOp>(op);
  return dot && dot.getTokens() && !isMatrixProduct(dot);
}

Levels::Levels(FuncOp func) {
  for (Operation &op : func.getBody().getOps()) {
    int level = 0;
    for (Value operand : op.getOperands())
      level = std::max(level, available(operand));
    levels[&op] = level;
    highest = std::max(highest, level);
  }
}

int Levels::available(Value value) const {
  Operation *op = value.getDefiningOp();
  if (!op || isa<InputOp, ParamOp>(op))
    return 0;
  return level(op) + (!isRowLocal(op) || endsLevel(op) ? 1 : 0);
}
