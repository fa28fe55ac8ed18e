//===- KernelCode.h - code of kernels, compiled once ----------------------===//
//
// PTX of an NVVM module and the cubin that ptxas makes of it, through the compile cache.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_DEVICE_KERNELCODE_H
#define BRAID_DEVICE_KERNELCODE_H

#include "braid/Conversion/RowToGPU.h"
#include "braid/Device/CompileCache.h"
#include "braid/Device/Device.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace braid::dev {

/// PTX of a `gpu.module` of the nvvm stage. Fails if its kernels are planned for a target that this one does not
/// replace. `program` names its source in the cache. An entry of the cache that is damaged is an error.
llvm::Expected<std::string> ptxOf(mlir::Operation *gpuModule, const row::GpuTarget &target, const CompileCache &cache,
                                  llvm::StringRef program);
/// What ptxas makes of PTX. Fails if there is no ptxas.
llvm::Expected<std::string> cubinOf(llvm::StringRef ptx, const row::GpuTarget &target, const CompileCache &cache,
                                    llvm::StringRef program);

/// The best target for a GPU: its own if it is known, else the newest that it can run, with no more shared memory for a
/// block than the GPU has. Fails if the GPU is too old.
llvm::Expected<row::GpuTarget> targetFor(const Properties &gpu);

} // namespace braid::dev

#endif
