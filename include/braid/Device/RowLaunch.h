//===- RowLaunch.h - row kernels on a device ------------------------------===//
//
// Carries out what `braid.launch` of a kernel's function says (docs/gpu.md): grid,
// shared memory, workspace, and the two stages of sums across rows.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_DEVICE_ROWLAUNCH_H
#define BRAID_DEVICE_ROWLAUNCH_H

#include "braid/Conversion/RowToGPU.h"
#include "braid/Device/Device.h"

namespace braid::dev {

/// How one kernel is launched for given sizes and rows, and the memory that it needs beside its arguments.
struct RowLaunch {
  row::LaunchShape shape;
  std::string function;             ///< the kernel's, or its variant for few rows
  llvm::SmallVector<int64_t> sizes; ///< of the dynamic axes, then the hashes of the streams of random numbers
  int64_t rows = 1, time = 1;       ///< rows; rows of a sequence
  int64_t blocks = 1;

  /// Of the kernel's function at the nvvm stage. `blocks` 0: enough to keep every multiprocessor busy. Unless `exact`,
  /// few rows are given to the function's variant for them, if it has one.
  static llvm::Expected<RowLaunch> plan(mlir::Operation *function, llvm::ArrayRef<int64_t> sizes, int64_t rows,
                                        int64_t time, const Properties &properties, int64_t blocks = 0,
                                        bool exact = false);
  /// Rows at work at a time.
  int64_t groups() const { return blocks * shape.rowsPerBlock; }
  int64_t workspaceBytes() const { return shape.workspaceBytes * groups(); }
  /// Of one of `shape.sums`.
  int64_t partialBytes(size_t sum) const {
    return row::sumStride(shape.sums[sum].second) * row::partialSums(shape, blocks);
  }
};

/// Memory for a launch beside its arguments: pieces of an arena.
struct RowScratch {
  Address workspace = 0;
  llvm::SmallVector<Address> partials; ///< of each of `shape.sums`
};

/// Launches a kernel, then the sums of its partial results. `arguments`: the address of every argument of the
/// row.kernel (of a list: of its table of entries), in order; of a sum: of its result.
llvm::Error launchRows(Device &device, Module &module, llvm::StringRef kernel, const RowLaunch &launch,
                       llvm::ArrayRef<Address> arguments, const RowScratch &scratch, Stream *stream = nullptr);

} // namespace braid::dev

#endif
