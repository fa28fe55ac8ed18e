//===- Tape.h - reverse accumulation over evaluated ops -------------------===//
//
// Walks the ops of a block that an Evaluator has evaluated (and kept) from last to
// first. The derivative of each op is written here, in numbers; the dialect's adjoints
// are not used.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_REFERENCE_TAPE_H
#define BRAID_LIB_REFERENCE_TAPE_H

#include "Evaluator.h"

namespace braid::ref {

class Tape {
public:
  explicit Tape(const Evaluator &eval) : eval(eval) {}

  /// Where gradients of the value are added (zeros at first); null if it depends on no parameter.
  double *sink(mlir::Value value);
  /// The gradient of the value so far; null if nothing was added.
  const double *gradient(mlir::Value value) const;

  /// Propagates from the ops' results (seeded through `sink`) to the parameters.
  llvm::Error backward(mlir::Block &block);

private:
  friend class Recurrence;
  llvm::Error backward(mlir::Operation *op);
  llvm::Error recur(lang::RecurOp op);
  llvm::Error read(lang::ReadOp op);

  const Evaluator &eval;
  llvm::DenseMap<mlir::Value, std::vector<double>> gradients;
};

// The derivatives of the ops of Ops.def.
#define SLOPE(OP) void backward(lang::OP op, const Evaluator &eval, Tape &tape);
#include "Ops.def"

} // namespace braid::ref

#endif
