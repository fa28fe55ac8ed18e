//===- ScatterCheck.h - a scatter on the emulator, for tests --------------===//
#ifndef BRAID_TOOLS_BRAIDCHECKKERNELS_SCATTERCHECK_H
#define BRAID_TOOLS_BRAIDCHECKKERNELS_SCATTERCHECK_H

#include "braid/Emulator/Emulator.h"
#include "dialects/Host/IR/Host.h"

namespace braid {

/// Runs the kernels of a scatter on random rows of `tokens` tokens, with all checks, and compares with sums in double
/// precision. Ids are -1 and all rows of the table, small ones more often. The largest difference, relative to the
/// largest number; fails where it is too large, or where the same launch with another order of threads gives other bits.
llvm::Expected<double> checkScatter(host::ScatterOp scatter, emu::Module &module, int64_t tokens, uint64_t seed);

} // namespace braid

#endif
