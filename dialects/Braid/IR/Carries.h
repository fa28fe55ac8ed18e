//===- Carries.h - the pairs that carry values from token to token --------===//
#ifndef BRAID_DIALECTS_BRAID_IR_CARRIES_H
#define BRAID_DIALECTS_BRAID_IR_CARRIES_H

#include "dialects/Braid/IR/Braid.h"

namespace braid::lang {

/// R28 and R29, for the carries that stand in the block itself.
mlir::LogicalResult verifyCarries(mlir::Block &block);

/// The reverse carry that the adjoint of a carry has goes by its name and this.
constexpr llvm::StringLiteral adjointSuffix = ".grad";

/// Of the carry that a reverse one is the adjoint of.
inline llvm::StringRef primalName(llvm::StringRef adjoint) {
  adjoint.consume_back(adjointSuffix);
  return adjoint;
}

/// The `braid.next` of each carry in a block, both ways.
class CarryPairs {
public:
  explicit CarryPairs(mlir::Block &block) {
    for (mlir::Operation &op : block)
      if (auto carry = mlir::dyn_cast<CarryOp>(op))
        carries[carry.getNameAttr()] = carry;
      else if (auto next = mlir::dyn_cast<NextOp>(op))
        nexts[next.getNameAttr()] = next;
  }
  bool empty() const { return carries.empty(); }
  NextOp nextOf(CarryOp carry) const { return nexts.lookup(carry.getNameAttr()); }
  /// Of a `braid.next` or a `braid.final`.
  CarryOp carryOf(mlir::StringAttr name) const { return carries.lookup(name); }

private:
  llvm::DenseMap<mlir::StringAttr, CarryOp> carries;
  llvm::DenseMap<mlir::StringAttr, NextOp> nexts;
};

} // namespace braid::lang

#endif
