//===- LaunchPlan.h - how a row kernel is spread over a GPU ---------------===//
//
// Which threads compute a row, how wide their accesses are, and where intermediate
// results lie: decided from the kernel alone, so that the same kernel is launched
// in the same way for every shape.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_CONVERSION_ROWTOGPU_LAUNCHPLAN_H
#define BRAID_LIB_CONVERSION_ROWTOGPU_LAUNCHPLAN_H

#include "../RowToLLVM/Schedule.h"

namespace braid::row {

/// Bytes of one value: `bytes` times the sizes of the dynamic axes numbered in `sizes`.
struct Extent {
  int64_t bytes = 0;
  llvm::SmallVector<int64_t, 2> sizes;
};

struct LaunchPlan {
  /// 1, 32 or a larger multiple of 32: a row belongs to a thread, a warp or a block.
  int64_t threadsPerRow = 32, rowsPerBlock = 1;
  /// Scratch of one row in shared memory, in order: tables of list entries, then values.
  llvm::SmallVector<std::pair<mlir::Value, Extent>> shared;
  /// Values too large for that, in a workspace in global memory.
  llvm::SmallVector<std::pair<mlir::Value, Extent>> workspace;
  /// Results that are summed across rows.
  llvm::SmallVector<mlir::BlockArgument> sums;

  static LaunchPlan of(KernelOp kernel, const Schedule &schedule);
  bool isSum(mlir::Value argument) const { return llvm::is_contained(sums, argument); }
};

/// Numbers that a thread reads or writes at once along the nest's vector axis: as many as 16 bytes hold
/// of the narrowest storage in the kernel, if the axis has a multiple of them.
int64_t lanesOfThread(KernelOp kernel, const Nest &nest);

/// Values in scratch start at multiples of this.
constexpr int64_t scratchAlign = 64;
/// Partial results that a block exchanges at once.
constexpr int64_t exchangeValues = 16;

} // namespace braid::row

#endif
