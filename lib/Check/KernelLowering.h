//===- KernelLowering.h - the code of a program's row kernels -------------===//
#ifndef BRAID_LIB_CHECK_KERNELLOWERING_H
#define BRAID_LIB_CHECK_KERNELLOWERING_H

#include "braid/Device/Device.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/Error.h"

namespace braid::dev {

/// A module in stage `host`, or of kernels alone, which is not changed, taken to `nvvm` by the pipelines of those
/// stages, as what ships is, planned for the device. What is there already stays as it is. Fails after diagnostics.
llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>> lowerKernels(mlir::ModuleOp module, const Device &device);

} // namespace braid::dev

#endif
