//===- ScatterCheck.h - sums by id against sums in double precision --------===//
#ifndef BRAID_CHECK_SCATTERCHECK_H
#define BRAID_CHECK_SCATTERCHECK_H

#include "braid/Check/KernelCheck.h"
#include "braid/Device/Scatter.h"
#include "dialects/Host/IR/Host.h"

namespace braid::dev {

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
