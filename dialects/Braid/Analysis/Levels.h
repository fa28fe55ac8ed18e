//===- Levels.h - which ops are rows, and in which level ------------------===//
//
// What is row-local is fused into row kernels; what is not (matrix products, attention,
// scatters) starts a new level. The roles of the ops decide.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_DIALECTS_BRAID_ANALYSIS_LEVELS_H
#define BRAID_DIALECTS_BRAID_ANALYSIS_LEVELS_H

#include "dialects/Braid/IR/Weight.h"

namespace braid::lang {

/// True for what can be part of a row kernel: views, free values, row work and sums over tokens, by their role, and of
/// regions such as a read's if all in them is, but for sums. Ops on static values are rows of the static space.
bool isRowLocal(mlir::Operation *op);

/// True for `Role::Sum` (`token_sum`, and a `dot` with `tokens` that is no matrix product) and for ops with the trait
/// `EndsKernel`.
bool endsLevel(mlir::Operation *op);

/// The level of every op of a function: the step of the schedule in which a row-local op
/// can be computed at the earliest. Row kernels of level n run before the non-row ops of
/// level n, these before the kernels of level n + 1.
class Levels {
public:
  explicit Levels(FuncOp func);
  /// Of an op: the highest `available` of its operands, 0 without any.
  int level(mlir::Operation *op) const { return levels.lookup(op).own; }
  /// The first level whose row kernels can read the value: `level` of the op that makes
  /// it, plus one where that op is not row-local or ends its level.
  int available(mlir::Value value) const;
  /// The highest level of any op.
  int last() const { return highest; }

private:
  struct Level {
    int own = 0, after = 0; ///< of the op; from which on its results can be read
  };
  llvm::DenseMap<mlir::Operation *, Level> levels;
  int highest = 0;
};

} // namespace braid::lang

#endif
