//===- KernelTraffic.h - what a row kernel must move, and what its code moves -===//
//
// The bound comes from the row kernel alone: every number of an argument that it
// reads is loaded once for a row, every number that it writes is stored once. What the
// code moves is counted where it is emitted; where that is more, the difference has a
// name. `braid.traffic` of a kernel's function holds both, as formulas.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_CONVERSION_ROWTOGPU_KERNELTRAFFIC_H
#define BRAID_LIB_CONVERSION_ROWTOGPU_KERNELTRAFFIC_H

#include "LaunchPlan.h"

namespace braid::row {

/// count / per · the sizes of dynamic axes: an amount for one row.
struct Amount {
  int64_t count = 0, per = 1;
  llvm::SmallVector<int64_t, 2> sizes;
  bool known = true;
  /// Rounded up; for the given sizes of all dynamic axes.
  int64_t at(llvm::ArrayRef<int64_t> given) const;
};

/// Bytes that the code of a kernel loads and stores in a row, by argument or kept value.
struct TrafficCounts {
  llvm::MapVector<mlir::Value, llvm::SmallVector<Amount, 4>> loads, stores;
};

/// The axes of what a row reads or writes of an argument: all of it, or of a gathered buffer one entry; a list's
/// own axis comes first.
llvm::SmallVector<AxisAttr> neededAxes(KernelOp kernel, mlir::Value argument);
/// Bytes of an argument that a row reads or writes, counting each number once.
Amount neededBytes(KernelOp kernel, mlir::Value argument);
bool isRead(mlir::Value argument);
bool isWritten(mlir::Value argument);
/// Whether the argument can be copied before a row is computed: nothing that the row writes is read from it but what is
/// forwarded.
bool mayStage(KernelOp kernel, mlir::Value argument, llvm::ArrayRef<Forward> forwards);
/// Bytes of a row of an entry.
int64_t entryBytes(mlir::Value list);
/// Whether rows share the argument's numbers.
bool isParameter(mlir::Value argument);

/// The attribute `braid.traffic`. `forwards`: those of lists that are staged. What is loaded of the arguments `held` is
/// loaded before the first row.
mlir::ArrayAttr describeTraffic(mlir::OpBuilder &b, KernelOp kernel, const LaunchPlan &plan, const LaunchSizes &sizes,
                                const TrafficCounts &counts, const llvm::DenseSet<mlir::Value> &held,
                                llvm::ArrayRef<Forward> forwards);

} // namespace braid::row

#endif
