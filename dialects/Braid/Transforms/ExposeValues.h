//===- ExposeValues.h - the values of a function, numbered ----------------===//
#ifndef BRAID_DIALECTS_BRAID_TRANSFORMS_EXPOSEVALUES_H
#define BRAID_DIALECTS_BRAID_TRANSFORMS_EXPOSEVALUES_H

#include "dialects/Braid/IR/Braid.h"

namespace braid::lang {

/// The real values that the ops of `func` compute, in program order; those in the region of a read come
/// before its results. A value's place in the list is its number. Inputs, parameters and constants are
/// not computed.
llvm::SmallVector<mlir::Value> computedValues(FuncOp func);

/// Adds an output `value:<number>` for each of these values; numbers ascend.
void exposeValues(FuncOp func, llvm::ArrayRef<int64_t> numbers);

} // namespace braid::lang

#endif
