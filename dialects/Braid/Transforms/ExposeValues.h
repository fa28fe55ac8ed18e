//===- ExposeValues.h - the values of a function, numbered ----------------===//
#ifndef BRAID_DIALECTS_BRAID_TRANSFORMS_EXPOSEVALUES_H
#define BRAID_DIALECTS_BRAID_TRANSFORMS_EXPOSEVALUES_H

#include "dialects/Braid/IR/Braid.h"

namespace braid::ir {

/// The real values that the ops of `func` compute, in program order; those in the region of a read come
/// before its results. A value's place in the list is its number. Inputs, parameters and constants are
/// not computed.
llvm::SmallVector<mlir::Value> computedValues(FuncOp func);

/// Adds an output `value:<number>` for each value with a number from `first` to `first` + `count` - 1.
void exposeValues(FuncOp func, int64_t first, int64_t count);

} // namespace braid::ir

#endif
