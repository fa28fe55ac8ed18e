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
  llvm::Error backward(mlir::Operation *op);
  llvm::Error read(lang::ReadOp op);

  const Evaluator &eval;
  llvm::DenseMap<mlir::Value, std::vector<double>> gradients;
};

// Each adds to the sinks of the op's operands from the gradients of its results, at least one of
// which is there.

void backwardMap(lang::MapOp op, const Evaluator &eval, Tape &tape);
void backwardExtreme(lang::ReduceOp op, const Evaluator &eval, Tape &tape);
void backwardDot(lang::DotOp op, const Evaluator &eval, Tape &tape);
void backwardGather(lang::GatherOp op, const Evaluator &eval, Tape &tape);
void backwardScatter(lang::ScatterOp op, const Evaluator &eval, Tape &tape);
void backwardAttend(lang::AttendOp op, const Evaluator &eval, Tape &tape);

} // namespace braid::ref

#endif
