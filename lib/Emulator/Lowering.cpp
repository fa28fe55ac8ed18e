//===- Lowering.cpp - gpu modules to the nvvm stage, by upstream's passes -===//

#include "braid/Emulator/Emulator.h"
#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVM.h"
#include "mlir/Conversion/GPUToNVVM/GPUToNVVMPass.h"
#include "mlir/Conversion/IndexToLLVM/IndexToLLVM.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/NVGPUToNVVM/NVGPUToNVVM.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVMPass.h"
#include "mlir/Conversion/VectorToSCF/VectorToSCF.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Async/IR/Async.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/DLTI/DLTI.h"
#include "mlir/Dialect/Func/Extensions/AllExtensions.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/GPU/Transforms/Passes.h"
#include "mlir/Dialect/Index/IR/IndexDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVM/NVVM/Target.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/GPU/GPUToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/NVVM/NVVMToLLVMIRTranslation.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void braid::emu::registerDialects(DialectRegistry &registry) {
  registry
      .insert<affine::AffineDialect, arith::ArithDialect, async::AsyncDialect, cf::ControlFlowDialect, DLTIDialect,
              func::FuncDialect, gpu::GPUDialect, index::IndexDialect, LLVM::LLVMDialect, math::MathDialect,
              memref::MemRefDialect, NVVM::NVVMDialect, nvgpu::NVGPUDialect, scf::SCFDialect, vector::VectorDialect>();
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  registerNVVMDialectTranslation(registry);
  registerGPUDialectTranslation(registry);
  gpu::registerOffloadingLLVMTranslationInterfaceExternalModels(registry);
  NVVM::registerNVVMTargetInterfaceExternalModels(registry);
  func::registerAllExtensions(registry);
  arith::registerConvertArithToLLVMInterface(registry);
  cf::registerConvertControlFlowToLLVMInterface(registry);
  registerConvertFuncToLLVMInterface(registry);
  index::registerConvertIndexToLLVMInterface(registry);
  registerConvertMathToLLVMInterface(registry);
  registerConvertMemRefToLLVMInterface(registry);
}

namespace {
/// Reductions of warps and blocks become shuffles and shared memory, which upstream's pipeline to
/// NVVM leaves undone. Reassociates; moves the same bytes of global memory.
LogicalResult expandReductions(gpu::GPUModuleOp kernels) {
  MLIRContext *context = kernels.getContext();
  // What the patterns make.
  context->loadDialect<arith::ArithDialect, cf::ControlFlowDialect, memref::MemRefDialect, scf::SCFDialect,
                       vector::VectorDialect, index::IndexDialect>();
  RewritePatternSet patterns(context);
  populateGpuRewritePatterns(patterns);
  populateGpuBreakDownSubgrupReducePatterns(patterns);
  populateGpuLowerSubgroupReduceToShufflePattenrs(patterns, /*subgroupSize=*/32);
  return applyPatternsAndFoldGreedily(kernels, std::move(patterns));
}

/// Modules whose kernels are at the nvvm stage already are executed as they are.
bool isLowered(gpu::GPUModuleOp module) {
  return !module
              .walk([](Operation *op) {
                bool ours = isa<gpu::GPUModuleOp, gpu::ModuleEndOp>(op) ||
                            isa_and_nonnull<LLVM::LLVMDialect, NVVM::NVVMDialect>(op->getDialect());
                return ours ? WalkResult::advance() : WalkResult::interrupt();
              })
              .wasInterrupted();
}
} // namespace

LogicalResult braid::emu::lowerToNVVM(ModuleOp module) {
  MLIRContext *context = module.getContext();
  if (module->walk([](gpu::LaunchOp) { return WalkResult::interrupt(); }).wasInterrupted()) {
    PassManager outline(context);
    outline.addPass(createGpuKernelOutliningPass());
    if (failed(outline.run(module)))
      return failure();
  }
  PassManager lower(context, gpu::GPUModuleOp::getOperationName());
  lower.addPass(createConvertNVGPUToNVVMPass());
  lower.addPass(createConvertVectorToSCFPass());
  lower.addPass(createLowerAffinePass());
  lower.addPass(createConvertSCFToCFPass());
  lower.addPass(memref::createExpandStridedMetadataPass());
  lower.addPass(createLowerAffinePass());
  lower.addPass(createConvertVectorToLLVMPass());
  ConvertGpuOpsToNVVMOpsOptions options;
  options.indexBitwidth = 64;
  lower.addPass(createConvertGpuOpsToNVVMOps(options));
  lower.addPass(createArithToLLVMConversionPass());
  lower.addPass(createConvertMathToLLVMPass());
  lower.addPass(createConvertIndexToLLVMPass());
  lower.addPass(createReconcileUnrealizedCastsPass());
  for (auto kernels : llvm::make_early_inc_range(module.getOps<gpu::GPUModuleOp>()))
    if (!isLowered(kernels) && (failed(expandReductions(kernels)) || failed(lower.run(kernels))))
      return failure();
  return success();
}
