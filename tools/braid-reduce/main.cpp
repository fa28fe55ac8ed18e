//===- main.cpp - shrinks a module that makes something fail --------------===//
//
// `braid-reduce FILE.mlir -reduction-tree='traversal-mode=0 test=SCRIPT'`, where the script ends
// with 1 while the module it is given is still interesting.
//
//===----------------------------------------------------------------------===//
#include "braid/Pipelines/Pipelines.h"
#include "dialects/Braid/IR/Braid.h"
#include "dialects/Host/IR/Host.h"
#include "dialects/Row/IR/Row.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Tools/mlir-reduce/MlirReduceMain.h"
#include "mlir/Transforms/Passes.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registry.insert<braid::ir::BraidDialect, braid::row::RowDialect, braid::host::HostDialect, mlir::LLVM::LLVMDialect>();
  mlir::registerTransformsPasses();
  mlir::MLIRContext context(registry);
  return mlir::failed(mlir::mlirReduceMain(argc, argv, context));
}
