//===- Uses.h - what the nests of a kernel read and write in memory -------===//
//
// Values that are kept in memory, and arguments, by nest: where the threads of a row must
// wait for each other, and which values may lie in one place, follows from it.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_CONVERSION_ROWTOGPU_USES_H
#define BRAID_LIB_CONVERSION_ROWTOGPU_USES_H

#include "LaunchPlan.h"

namespace braid::row {

struct Use {
  llvm::SetVector<mlir::Value> reads, writes; ///< arguments, and kept values that are in memory
};
/// Those of every nest of the schedule. What is forwarded to the copy of a list is a write of the list.
std::vector<Use> usesOf(const Schedule &schedule, const Findings &findings, llvm::ArrayRef<Forward> forwards,
                        llvm::function_ref<bool(mlir::Value)> isStaged);

/// The first and the last nest that use a value.
struct Life {
  int64_t first, last;
  bool meets(const Life &other) const { return first <= other.last && other.first <= last; }
};
using Lives = llvm::DenseMap<mlir::Value, Life>;
Lives livesOf(llvm::ArrayRef<Use> uses);

} // namespace braid::row

#endif
