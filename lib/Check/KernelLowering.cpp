//===- KernelLowering.cpp - the code of a program's row kernels -----------===//

#include "KernelLowering.h"
#include "braid/Pipelines/Pipelines.h"

llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>> braid::dev::lowerKernels(mlir::ModuleOp module,
                                                                           const Device &device) {
  mlir::OwningOpRef<mlir::ModuleOp> lowered(module.clone());
  PipelineOptions options;
  options.target = device.target().chip;
  options.sharedBytes = device.target().sharedBytes;
  mlir::PassManager manager(module.getContext());
  buildGPUPipeline(manager, options);
  buildNVVMPipeline(manager, options);
  if (failed(manager.run(*lowered)))
    return llvm::createStringError("the row kernels cannot be compiled for a GPU");
  return std::move(lowered);
}
