//===- Schedule.h - which loops compute a row kernel ----------------------===//
//
// Decides, for any target, what a kernel keeps in scratch memory and in which
// loop nests it runs; how loops become vectors or threads is the target's part.
//
// A *root* is an op whose value must be computed at every point of a space of
// axes: a reduction, a store, a sum across rows, or a value kept in scratch.
// All other ops are evaluated where a root needs them. Roots over the same axes
// share a nest when their dependences allow it, so that a nest reads an input
// once however many results it gives.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_CONVERSION_ROWCODE_SCHEDULE_H
#define BRAID_LIB_CONVERSION_ROWCODE_SCHEDULE_H

#include "dialects/Row/IR/Row.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/MapVector.h"

namespace braid::row {

/// An op whose value is computed at every point of `space`.
struct Root {
  mlir::Operation *op;
  mlir::Value value;                   ///< evaluated at every point
  llvm::SmallVector<AxisAttr> space;   ///< the axes it runs over
  llvm::SmallVector<AxisAttr> reduced; ///< those that a reduction combines
  unsigned level = 0;                  ///< after all roots of lower levels
  /// What the root leaves in scratch or a register (null for stores).
  mlir::Value kept() const;
  bool reduces(AxisAttr axis) const { return llvm::is_contained(reduced, axis); }
};

/// Roots that share their loops.
struct Nest {
  unsigned level = 0;
  llvm::SmallVector<AxisAttr> loops;    ///< outermost first; every root's reduced axes are the innermost ones
  AxisAttr vector;                      ///< the loop along which memory is mostly contiguous; null if there is none
  llvm::SmallVector<AxisAttr> unrolled; ///< small axes, not among `loops`, for the body to enumerate
  llvm::SmallVector<Root, 2> roots;
};

class Schedule {
public:
  /// `keepsInputs`: what is read of a row whose length only the launch knows, and would be read several times, is kept;
  /// for targets that have no copy of it at hand.
  static Schedule of(KernelOp kernel, bool keepsInputs = false);

  llvm::ArrayRef<Nest> nests() const { return allNests; }
  /// Values kept in scratch, in the order of their places there. A reduction to a single number is not among them.
  llvm::ArrayRef<mlir::Value> scratch() const { return kept; }
  /// True if the value is in scratch or a register once its root has run (else it is evaluated on demand).
  bool isKept(mlir::Value value) const { return keptSet.contains(value); }

private:
  friend class Scheduler;
  std::vector<Nest> allNests;
  llvm::SmallVector<mlir::Value> kept;
  llvm::DenseSet<mlir::Value> keptSet;
};

/// How the axes of a view correspond: groups of operand axes and of result axes with the same
/// number of elements, in row-major order. Axes of size 1 are in no group.
struct ViewGroup {
  llvm::SmallVector<AxisAttr, 2> input, result;
};
llvm::SmallVector<ViewGroup> groupsOf(ViewOp view);

/// Whether two arguments may be one memory in some launch, one of them written: the attribute `aliases` lists such
/// pairs.
bool mayAlias(KernelOp kernel, mlir::Value a, mlir::Value b);

/// Bytes of a number in memory.
inline int64_t storedBytes(Storage storage) { return formatBytes(storage); }

/// Elements along axes of the given sizes, `sizes` following the kernel's `dynamic`.
int64_t numElements(KernelOp kernel, llvm::ArrayRef<AxisAttr> axes, llvm::ArrayRef<int64_t> sizes);

} // namespace braid::row

#endif
