//===- ToNVVM.cpp - kernels in the LLVM and NVVM dialects -----------------===//

#include "ToNVVM.h"
#include "lib/Conversion/RowCode/Branches.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/GPUToNVVM/GPUToNVVMPass.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/Iterators.h"
#include "mlir/IR/Threading.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/CSE.h"
#include "mlir/Transforms/DialectConversion.h"

using namespace mlir;

/// From the last op, so that what only dead ops use is dead as well.
static void eraseDead(gpu::GPUFuncOp function) {
  function->walk<WalkOrder::PostOrder, ReverseIterator>([](Operation *op) {
    if (isOpTriviallyDead(op))
      op->erase();
  });
}

LogicalResult braid::row::convertToNVVM(gpu::GPUModuleOp module) {
  MLIRContext *context = module.getContext();
  LowerToLLVMOptions options(context);
  options.overrideIndexBitwidth(64);
  LLVMTypeConverter types(context, options);
  RewritePatternSet collected(context);
  // As upstream's convert-gpu-to-nvvm, but square roots and absolute values stay intrinsics of LLVM, which the
  // NVPTX back end has instructions for; upstream wants libdevice for them.
  populateGpuToNVVMConversionPatterns(types, collected);
  arith::populateArithToLLVMConversionPatterns(types, collected);
  cf::populateControlFlowToLLVMConversionPatterns(types, collected);
  populateSCFToControlFlowConversionPatterns(collected);
  populateVectorToLLVMConversionPatterns(types, collected);
  FrozenRewritePatternSet patterns(std::move(collected));
  ConversionTarget whole(*context);
  whole.addIllegalDialect<gpu::GPUDialect, arith::ArithDialect, cf::ControlFlowDialect, scf::SCFDialect,
                          vector::VectorDialect>();
  whole.addLegalDialect<LLVM::LLVMDialect, NVVM::NVVMDialect>();
  whole.addLegalOp<gpu::GPUModuleOp, gpu::ModuleEndOp>();
  ConversionTarget inside = whole;
  inside.addLegalOp<gpu::GPUFuncOp, gpu::ReturnOp>();

  auto convert = [&](gpu::GPUFuncOp function) {
    eraseDead(function);
    IRRewriter rewriter(context);
    DominanceInfo dominance;
    eliminateCommonSubExpressions(rewriter, dominance, function);
    lowerToBranches(function);
    return applyPartialConversion(function, inside, patterns);
  };
  if (failed(failableParallelForEach(context, llvm::to_vector(module.getOps<gpu::GPUFuncOp>()), convert)) ||
      failed(applyPartialConversion(module, whole, patterns)))
    return failure();
  return success();
}
