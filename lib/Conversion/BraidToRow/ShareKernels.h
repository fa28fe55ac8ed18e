//===- ShareKernels.h - one kernel for many sites -------------------------===//
#ifndef BRAID_LIB_CONVERSION_BRAIDTOROW_SHAREKERNELS_H
#define BRAID_LIB_CONVERSION_BRAIDTOROW_SHAREKERNELS_H

#include "mlir/IR/BuiltinOps.h"

namespace braid::convert {

/// Keeps one of the kernels of the module that differ only in names and sizes of axes: where sizes
/// differ the axis becomes an argument. Launches are changed accordingly.
void shareKernels(mlir::ModuleOp module);

} // namespace braid::convert

#endif
