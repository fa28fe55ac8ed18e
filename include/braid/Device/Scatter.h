//===- Scatter.h - sums of rows by id on a device -------------------------===//
//
// Launches the kernels of a `host.scatter` (docs/gpu.md), and checks them against sums in double precision.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_DEVICE_SCATTER_H
#define BRAID_DEVICE_SCATTER_H

#include "braid/Conversion/ScatterToGPU.h"
#include "braid/Device/KernelCheck.h"
#include "dialects/Host/IR/Host.h"

namespace braid::dev {

/// Launches a plan's kernels in order. `workspace`: of the plan's bytes, or more.
llvm::Error launchScatter(Device &device, Module &module, const row::ScatterPlan &plan, Address input, Address ids,
                          Address table, Address workspace, Stream *stream = nullptr);

/// A scatter with random rows and ids. Ids are -1, which no row has, and all rows of the table; small ones are
/// frequent.
struct ScatterProblem {
  int64_t rows = 0, width = 0, tokens = 0;
  bool bf16 = false;
  std::vector<int32_t> ids;
  std::vector<float> input; ///< exact in its storage

  ScatterProblem(host::ScatterOp scatter, int64_t tokens, uint64_t seed);
  /// The table that the device makes. Its buffers are called `input`, `ids`, `table` and `workspace`.
  llvm::Expected<std::vector<float>> run(Device &device, Module &module) const;
  /// Compares a table; errors are relative to the largest sum of magnitudes.
  void compare(llvm::ArrayRef<float> table, KernelCheckResult &result) const;
};

} // namespace braid::dev

#endif
