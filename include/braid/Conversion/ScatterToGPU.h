//===- ScatterToGPU.h - sums of rows by id, as GPU kernels ----------------===//
//
// `host.scatter` sums the rows of all tokens that have the same id: the gradient of an embedding. On a
// GPU it is a few kernels with a fixed order of additions, and no atomics; docs/gpu.md describes them.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_CONVERSION_SCATTERTOGPU_H
#define BRAID_CONVERSION_SCATTERTOGPU_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <string>

namespace mlir {
class ModuleOp;
class OpBuilder;
} // namespace mlir

namespace braid::row {

/// One argument of a scatter kernel, 64 bits.
struct ScatterArgument {
  enum Kind {
    Input,     ///< rows of all tokens, one after another; 16-byte aligned
    Ids,       ///< one i32 for each token; tokens whose id is no row of the table are left out
    Table,     ///< the result, fp32; all of it is written
    Workspace, ///< `value` bytes into the workspace
    Number     ///< the value itself
  } kind;
  int64_t value = 0;
};

/// One kernel of a scatter.
struct ScatterLaunch {
  std::string kernel;
  int64_t blocks = 1, threads = 0, sharedBytes = 0;
  llvm::SmallVector<ScatterArgument, 10> arguments;
};

/// What carries out one `host.scatter`, in order.
struct ScatterPlan {
  int64_t workspaceBytes = 0;
  llvm::SmallVector<ScatterLaunch, 8> launches;
};

/// Sums `tokens` rows of `width` numbers, fp32 or bf16, into a table of `rows` rows. Fewer than 2^31 tokens.
ScatterPlan planScatter(int64_t rows, int64_t width, bool bf16, int64_t tokens);

/// The kernels of the module's `host.scatter`s, at the builder's place in a gpu.module. `shared` names the
/// module's variable of dynamic shared memory.
void emitScatterKernels(mlir::ModuleOp module, mlir::OpBuilder &builder, llvm::StringRef shared);

} // namespace braid::row

#endif
