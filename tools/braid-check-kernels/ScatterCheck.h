//===- ScatterCheck.h - a scatter on the emulator, for tests --------------===//
#ifndef BRAID_TOOLS_BRAIDCHECKKERNELS_SCATTERCHECK_H
#define BRAID_TOOLS_BRAIDCHECKKERNELS_SCATTERCHECK_H

#include "dialects/Host/IR/Host.h"
#include "llvm/Support/Error.h"

namespace braid {

/// Runs the kernels of a scatter, from a gpu.module of the nvvm stage, on random rows of `tokens` tokens, with all
/// checks. The largest error, relative to the largest sum of magnitudes; fails where it is too large, where the
/// kernels move other bytes than they must, or where another order of threads gives other bits.
llvm::Expected<double> checkScatter(host::ScatterOp scatter, mlir::Operation *kernels, int64_t tokens, uint64_t seed);

} // namespace braid

#endif
