//===- RowToLLVM.cpp - the passes that lower row kernels ------------------===//

#include "braid/Conversion/RowToLLVM.h"
#include "KernelEmitter.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Transforms/DialectConversion.h"

using namespace mlir;
using namespace braid::row;

static LogicalResult emitKernels(ModuleOp module) {
  for (auto kernel : llvm::make_early_inc_range(module.getOps<KernelOp>())) {
    std::string name = functionName(kernel.getSymName());
    // What host functions have declared is now defined.
    if (auto declared = module.lookupSymbol<LLVM::LLVMFuncOp>(name))
      declared.erase();
    OpBuilder builder(kernel);
    KernelEmitter emitter(kernel, builder);
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
  RewritePatternSet patterns(context);
  populateSCFToControlFlowConversionPatterns(patterns);
  cf::populateControlFlowToLLVMConversionPatterns(types, patterns);
  arith::populateArithToLLVMConversionPatterns(types, patterns);
  populateVectorToLLVMConversionPatterns(types, patterns);
  ConversionTarget target(*context);
  target.addLegalDialect<LLVM::LLVMDialect>();
  target.addLegalOp<ModuleOp>();
  target.addIllegalDialect<scf::SCFDialect, cf::ControlFlowDialect, arith::ArithDialect, vector::VectorDialect>();
  target.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
  return applyPartialConversion(module, target, std::move(patterns));
}

namespace {
struct ConvertRowToLoops : PassWrapper<ConvertRowToLoops, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ConvertRowToLoops)
  StringRef getArgument() const override { return "convert-row-to-loops"; }
  StringRef getDescription() const override { return "row kernels as loops over vectors"; }
  void getDependentDialects(DialectRegistry &registry) const override {
    registry.insert<arith::ArithDialect, LLVM::LLVMDialect, scf::SCFDialect, vector::VectorDialect>();
  }
  void runOnOperation() override {
    if (failed(emitKernels(getOperation())))
      signalPassFailure();
  }
};

struct ConvertRowToLLVM : PassWrapper<ConvertRowToLLVM, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ConvertRowToLLVM)
  StringRef getArgument() const override { return "convert-row-to-llvm"; }
  StringRef getDescription() const override { return "row kernels as LLVM functions for the CPU"; }
  void getDependentDialects(DialectRegistry &registry) const override {
    registry.insert<arith::ArithDialect, cf::ControlFlowDialect, LLVM::LLVMDialect, scf::SCFDialect, vector::VectorDialect>();
  }
  void runOnOperation() override {
    if (failed(emitKernels(getOperation())) || failed(convertToLLVM(getOperation())))
      signalPassFailure();
  }
};
} // namespace

std::unique_ptr<Pass> braid::row::createConvertRowToLoopsPass() { return std::make_unique<ConvertRowToLoops>(); }
std::unique_ptr<Pass> braid::row::createConvertRowToLLVMPass() { return std::make_unique<ConvertRowToLLVM>(); }
void braid::row::registerRowToLLVMPasses() {
  PassRegistration<ConvertRowToLoops>();
  PassRegistration<ConvertRowToLLVM>();
}
