//===- GpuTarget.h - the GPUs that kernels are compiled for ---------------===//
//
// What kernels depend on that is not the same on every GPU, in one table. Kernels are planned for
// one target; `braid.target` of their gpu.module says which, so that they are not taken for another on
// which they could not be launched.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_CONVERSION_GPUTARGET_H
#define BRAID_CONVERSION_GPUTARGET_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <string>
#include <vector>

namespace mlir {
class Operation;
}

namespace braid::row {

struct GpuTarget {
  std::string chip;        ///< its name: "sm_80", "sm_90a", …
  std::string features;    ///< the first version of PTX that has it: "+ptx80"
  unsigned number = 0;     ///< compute capability without the point: 80, 90, …
  int64_t sharedBytes = 0; ///< the largest shared memory of a block, after an opt-in
  int threads = 0;         ///< that a multiprocessor holds at a time
};
/// The target of this name. Fails with the list of targets if there is none, or if it is too old.
llvm::Expected<GpuTarget> parseGpuTarget(llvm::StringRef name);
/// The names of all targets, the oldest first.
std::vector<std::string> gpuTargets();
/// Taken where nobody names a target: the oldest.
inline constexpr llvm::StringLiteral defaultGpuTarget = "sm_80";

/// Notes in a gpu.module what its kernels are planned for.
void setPlannedFor(mlir::Operation *gpuModule, const GpuTarget &target);
/// Fails if kernels planned for one target cannot be compiled for another: one that is older or has less shared memory
/// for a block.
llvm::Error checkReplaces(const GpuTarget &planned, const GpuTarget &target);
/// The same of a gpu.module of the stages `gpu` and `nvvm`. One that does not say what it is planned for passes.
llvm::Error checkPlannedFor(mlir::Operation *gpuModule, const GpuTarget &target);
/// The same of PTX, by its line `.target`: planned for that target, or for one that it replaces. PTX of targets that
/// are not known passes.
llvm::Error checkPlannedFor(llvm::StringRef ptx, const GpuTarget &target);

} // namespace braid::row

#endif
