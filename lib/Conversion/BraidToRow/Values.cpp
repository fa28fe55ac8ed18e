//===- Values.cpp - where a value of the braid dialect comes from ---------===//

#include "Values.h"
#include "dialects/Braid/Analysis/Traffic.h"

using namespace mlir;
using namespace braid::ir;

namespace braid::convert {

bool isView(Operation *op) { return isa<RenameOp, SplitOp, JoinOp, DetachOp>(op); }

Value rootOf(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isView(op))
      break;
    value = op->getOperand(0);
  }
  return value;
}

bool isLeaf(Operation *op) { return isa<InputOp, ParamOp>(op); }

bool isFree(Operation *op) { return isa<ConstantOp, IotaOp, PositionOp, RandomOp>(op); }

bool isCall(Operation *op) {
  if (auto dot = dyn_cast<DotOp>(op))
    return isMatrixProduct(dot);
  return isa<AttendOp, AttendGradOp, ScatterOp>(op);
}

bool sumsTokens(Operation *op) {
  if (auto dot = dyn_cast<DotOp>(op))
    return dot.getTokens() && !isCall(op);
  return isa<TokenSumOp>(op);
}

bool isZero(Value value) {
  value = rootOf(value);
  Operation *op = value.getDefiningOp();
  if (auto constant = dyn_cast_or_null<ConstantOp>(op))
    return constant.getValue().isZero();
  if (auto broadcast = dyn_cast_or_null<BroadcastOp>(op))
    return isZero(broadcast.getInput());
  return false;
}

ValueRange groupOf(ReadOp read, int64_t group) {
  return read.getEntries().slice(group * read.length(), read.length());
}

SmallVector<std::pair<Value, int64_t>> yieldsOf(ReadOp read) {
  SmallVector<std::pair<Value, int64_t>> result;
  for (auto [i, value] : llvm::enumerate(read.body()->getTerminator()->getOperands())) {
    if (!read.isUnstacked(i)) {
      result.emplace_back(value, -1);
      continue;
    }
    for (int64_t entry = 0; entry < read.length(); ++entry)
      result.emplace_back(value, entry);
  }
  return result;
}

} // namespace braid::convert
