//===- Recurrence.h - what carries tie together ---------------------------===//
//
// A token's program, run for the tokens in order, is what a carry means. What is in no
// cycle has the same numbers for all tokens at once; the rest is evaluated here, a token
// at a time.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_REFERENCE_RECURRENCE_H
#define BRAID_LIB_REFERENCE_RECURRENCE_H

#include "Tape.h"

namespace braid::ref {

/// The ops of a block in an order in which they can be evaluated: one op, or all that one cycle through carries goes
/// through, its carries first, then the others in the block's order.
std::vector<llvm::SmallVector<mlir::Operation *, 1>> stepsOf(mlir::Block &block);

class Recurrence {
public:
  /// Of a step of several ops, which outlive it.
  explicit Recurrence(llvm::ArrayRef<mlir::Operation *> ops);
  llvm::Error evaluate(Evaluator &eval) const;
  llvm::Error backward(const Evaluator &eval, Tape &tape) const;

private:
  lang::NextOp nextOf(lang::CarryOp carry) const;
  bool isMade(mlir::Value value) const { return made.contains(value); }
  llvm::Error verify() const;
  void markActive(Evaluator &eval) const;

  llvm::ArrayRef<mlir::Operation *> ops;
  llvm::DenseSet<mlir::Value> made;
  bool reverse = false;
};

} // namespace braid::ref

#endif
