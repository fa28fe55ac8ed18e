//===- ToNVVM.h - kernels in the LLVM and NVVM dialects -------------------===//
#ifndef BRAID_LIB_CONVERSION_DEVICECODE_TONVVM_H
#define BRAID_LIB_CONVERSION_DEVICECODE_TONVVM_H

#include "mlir/Dialect/GPU/IR/GPUDialect.h"

namespace braid::row {

/// The module's gpu.funcs become llvm.funcs; all threads of the context convert functions. Fails with a diagnostic at
/// an op that has no counterpart.
llvm::LogicalResult convertToNVVM(mlir::gpu::GPUModuleOp module);

} // namespace braid::row

#endif
