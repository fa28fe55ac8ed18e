//===- Levels.cpp - which ops are rows, and in which level ----------------===//

#include "dialects/Braid/Analysis/Levels.h"

using namespace mlir;
using namespace braid::lang;

bool braid::lang::isRowLocal(Operation *op) {
  if (!llvm::is_contained({Role::View, Role::Free, Role::Row, Role::Sum}, roleOf(op)))
    return false;
  return llvm::all_of(op->getRegions(), [](Region &region) {
    return llvm::all_of(region.front().without_terminator(),
                        [](Operation &inner) { return isRowLocal(&inner) && !endsLevel(&inner); });
  });
}

bool braid::lang::endsLevel(Operation *op) { return roleOf(op) == Role::Sum || op->hasTrait<EndsKernel>(); }

Levels::Levels(FuncOp func) {
  for (Operation &op : func.getBody().getOps()) {
    int level = 0;
    for (Value operand : op.getOperands())
      level = std::max(level, available(operand));
    int after = roleOf(&op) == Role::Leaf ? 0 : level + (!isRowLocal(&op) || endsLevel(&op) ? 1 : 0);
    levels[&op] = {level, after};
    highest = std::max(highest, level);
  }
}

int Levels::available(Value value) const {
  Operation *op = value.getDefiningOp();
  return op ? levels.lookup(op).after : 0;
}
