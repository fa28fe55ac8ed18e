//===- MergeReads.h - equal reads of a row become one ---------------------===//
#ifndef BRAID_LIB_CONVERSION_ROWTOGPU_MERGEREADS_H
#define BRAID_LIB_CONVERSION_ROWTOGPU_MERGEREADS_H

#include "dialects/Row/IR/Row.h"

namespace braid::row {

/// Replaces reads and computations that repeat earlier ones of the kernel.
void mergeReads(KernelOp kernel);

} // namespace braid::row

#endif
