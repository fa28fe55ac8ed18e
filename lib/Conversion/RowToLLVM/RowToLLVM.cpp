//===- RowToLLVM.cpp - the passes that lower row kernels ------------------===//

#include "braid/Conversion/RowToLLVM.h"
#include "braid/Conversion/Launches.h"
#include "lib/Conversion/RowCode/Branches.h"
#include "lib/Conversion/RowCode/KernelEmitter.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/IR/Threading.h"
#include "mlir/Transforms/DialectConversion.h"

using namespace mlir;
using namespace braid::row;

static LogicalResult emitKernels(ModuleOp module) {
  if (failed(braid::markAliases(module)))
    return failure();
  for (auto kernel : llvm::make_early_inc_range(module.getOps<KernelOp>())) {
    std::string name = functionName(kernel.getSymName());
    // What host functions have declared is now defined.
    if (auto declared = module.lookupSymbol<LLVM::LLVMFuncOp>(name))
      declared.erase();
    OpBuilder builder(kernel);
    KernelEmitter emitter(kernel, builder, Schedule::of(kernel));
    emitter.interleave();
    if (failed(emitter.emit(name)))
      return failure();
    kernel.erase();
  }
  return success();
}

static LogicalResult convertToLLVM(ModuleOp module) {
  MLIRContext *context = module.getContext();
  LowerToLLVMOptions options(context);
  LLVMTypeConverter types(context, options);
  RewritePatternSet collected(context);
  populateSCFToControlFlowConversionPatterns(collected);
  cf::populateControlFlowToLLVMConversionPatterns(types, collected);
  arith::populateArithToLLVMConversionPatterns(types, collected);
  populateVectorToLLVMConversionPatterns(types, collected);
  FrozenRewritePatternSet patterns(std::move(collected));
  ConversionTarget target(*context);
  target.addLegalDialect<LLVM::LLVMDialect>();
  target.addLegalOp<ModuleOp>();
  target.addIllegalDialect<scf::SCFDialect, cf::ControlFlowDialect, arith::ArithDialect, vector::VectorDialect>();
  target.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
  SmallVector<Operation *> functions;
  for (Operation &op : *module.getBody())
    functions.push_back(&op);
  return failableParallelForEach(context, functions, [&](Operation *function) {
    lowerToBranches(function);
    return applyPartialConversion(function, target, patterns);
  });
}

namespace braid {
#define GEN_PASS_DEF_CONVERTROWTOLOOPS
#define GEN_PASS_DEF_CONVERTROWTOLLVM
#include "lib/Conversion/Passes.h.inc"
} // namespace braid

namespace {
struct ConvertRowToLoops : braid::impl::ConvertRowToLoopsBase<ConvertRowToLoops> {
  void runOnOperation() override {
    if (failed(emitKernels(getOperation())))
      signalPassFailure();
  }
};

struct ConvertRowToLLVM : braid::impl::ConvertRowToLLVMBase<ConvertRowToLLVM> {
  void runOnOperation() override {
    if (failed(emitKernels(getOperation())) || failed(convertToLLVM(getOperation())))
      signalPassFailure();
  }
};
} // namespace

std::unique_ptr<Pass> braid::row::createConvertRowToLoopsPass() { return std::make_unique<ConvertRowToLoops>(); }
std::unique_ptr<Pass> braid::row::createConvertRowToLLVMPass() { return std::make_unique<ConvertRowToLLVM>(); }
