//===- PrepareCalls.h - what must hold before a program is kernels --------===//
#ifndef BRAID_LIB_CONVERSION_BRAIDTOROW_PREPARECALLS_H
#define BRAID_LIB_CONVERSION_BRAIDTOROW_PREPARECALLS_H

#include "dialects/Braid/IR/Braid.h"

namespace braid::convert {

/// Fails, with a diagnostic at its place, where something is not as the pass `prepare-calls` leaves it.
llvm::LogicalResult verifyPrepared(lang::FuncOp func);

} // namespace braid::convert

#endif
