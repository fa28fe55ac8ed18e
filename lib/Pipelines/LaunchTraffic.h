//===- LaunchTraffic.h - bytes and FLOPs of one step of a plan ------------===//
#ifndef BRAID_LIB_PIPELINES_LAUNCHTRAFFIC_H
#define BRAID_LIB_PIPELINES_LAUNCHTRAFFIC_H

#include "dialects/Host/IR/Host.h"
#include "dialects/Row/IR/Row.h"

namespace braid {

/// What a launch does with one argument of its kernel.
struct ArgumentTraffic {
  unsigned first = 0;    ///< operand number of the (first) buffer
  int64_t entries = 1;   ///< buffers: more than one for a list
  double tokenBytes = 0; ///< size per token, of all entries
  double fixedBytes = 0; ///< size in all, of what all tokens share
  double gathered = 0;   ///< bytes per row taken from it by id
  int loads = 0, stores = 0;
  bool accumulated = false;
};

/// Per token, but `fixed`, which is in all.
struct LaunchTraffic {
  double loaded = 0, stored = 0, bound = 0, fixed = 0;
};

llvm::SmallVector<ArgumentTraffic> trafficOf(host::LaunchOp launch, row::KernelOp kernel);
LaunchTraffic sumOf(llvm::ArrayRef<ArgumentTraffic> arguments);
/// FLOPs of a recurrence for each token: every addition and multiplication of its kernels.
double flopsOf(host::RecurOp recur, const mlir::SymbolTable &symbols);

} // namespace braid

#endif
