//===- Partition.h - which ops become one launch, and when ----------------===//
//
// The level of a value is the number of calls (products, attention, sums over tokens) on
// the longest way to it. Row work of one level that shares values is one launch: all that
// stands between two calls and touches the same data is fused.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_CONVERSION_BRAIDTOROW_PARTITION_H
#define BRAID_LIB_CONVERSION_BRAIDTOROW_PARTITION_H

#include "dialects/Braid/IR/Braid.h"
#include "llvm/ADT/DenseMap.h"
#include <vector>

namespace braid::convert {

/// One step of the program, in the order in which kinds stand within a level.
struct Step {
  enum Kind {
    FixedRows, ///< row work on static values
    TokenRows, ///< row work for every token
    Call       ///< one product, attention or scatter
  };
  Kind kind;
  int64_t level;
  llvm::SmallVector<mlir::Operation *> ops; ///< in the order of the program
};

class Partition {
public:
  /// Cuts the function, which has been prepared. Fails if there is no valid order (a bug).
  static mlir::FailureOr<Partition> of(lang::FuncOp func);

  std::vector<Step> steps;
  /// The step that computes the op's results, or -1 (leaves, views, what kernels make anew).
  int stepOf(mlir::Operation *op) const {
    auto it = numbers.find(op);
    return it == numbers.end() ? -1 : int(it->second);
  }
  int64_t levelOf(mlir::Operation *op) const { return levels.lookup(op); }
  int64_t depth() const { return steps.empty() ? 0 : steps.back().level + 1; }

private:
  void sink(mlir::Block &block);
  void cluster(mlir::Block &block);
  mlir::LogicalResult check() const;

  llvm::DenseMap<mlir::Operation *, int64_t> levels;
  llvm::DenseMap<mlir::Operation *, unsigned> numbers;
};

} // namespace braid::convert

#endif
