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

class Recurrence {
public:
  /// Of a cycle's ops, which outlive it.
  explicit Recurrence(llvm::ArrayRef<mlir::Operation *> ops);
  llvm::Error evaluate(Evaluator &eval) const;
  llvm::Error backward(const Evaluator &eval, Tape &tape) const;

private:
  lang::NextOp nextOf(lang::CarryOp carry) const;
  llvm::Error verify() const;
  void markActive(Evaluator &eval) const;

  llvm::ArrayRef<mlir::Operation *> ops;
  bool reverse = false;
};

} // namespace braid::ref

#endif
