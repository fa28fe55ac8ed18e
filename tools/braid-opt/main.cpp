//===- main.cpp - braid-opt: runs passes on any stage's text --------------===//

#include "braid/Conversion/Passes.h"
#include "braid/Pipelines/Pipelines.h"
#include "braid/Support/ModuleFile.h"
#include "dialects/Braid/IR/Braid.h"
#include "dialects/Braid/Transforms/Passes.h"
#include "dialects/Host/IR/Host.h"
#include "dialects/Row/IR/Row.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/ToolOutputFile.h"

static int fail(const llvm::Twine &message) {
  llvm::errs() << "error: " << message << "\n";
  return 1;
}

static int run(const std::string &input, const std::string &output, mlir::DialectRegistry &registry) {
  mlir::MlirOptMainConfig config = mlir::MlirOptMainConfig::createFromCLOptions();
  if (config.shouldShowDialects()) {
    llvm::outs() << "Available Dialects: ";
    llvm::interleave(registry.getDialectNames(), llvm::outs(), ",");
    llvm::outs() << "\n";
    return 0;
  }
  auto text = braid::readModuleFile(input);
  if (!text)
    return fail(llvm::toString(text.takeError()));
  std::string problem;
  auto file = mlir::openOutputFile(output, &problem);
  if (!file)
    return fail(problem);
  if (mlir::failed(mlir::MlirOptMain(file->os(), std::move(*text), registry, config)))
    return 1;
  file->keep();
  return 0;
}

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registry.insert<braid::lang::BraidDialect, braid::row::RowDialect, braid::host::HostDialect,
                  mlir::arith::ArithDialect, mlir::cf::ControlFlowDialect, mlir::func::FuncDialect,
                  mlir::gpu::GPUDialect, mlir::LLVM::LLVMDialect, mlir::NVVM::NVVMDialect, mlir::math::MathDialect,
                  mlir::memref::MemRefDialect, mlir::scf::SCFDialect, mlir::vector::VectorDialect>();
  mlir::registerTransformsPasses();
  braid::lang::registerBraidPasses();
  braid::registerPipelines();
  braid::registerBraidConversionPasses();
  llvm::InitLLVM init(argc, argv);
  auto [input, output] = mlir::registerAndParseCLIOptions(argc, argv, "Braid's pass driver\n", registry);
  return run(input, output, registry);
}
