//===- main.cpp - shrinks a module that makes something fail --------------===//
//
// `braid-reduce FILE.mlir -reduction-tree='traversal-mode=0 test=SCRIPT'`, where the script ends
// with 1 while the module it is given is still interesting.
//
//===----------------------------------------------------------------------===//
#include "braid/Conversion/Passes.h"
#include "braid/Pipelines/Dialects.h"
#include "braid/Pipelines/Pipelines.h"
#include "dialects/Braid/Transforms/Passes.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Tools/mlir-reduce/MlirReduceMain.h"
#include "mlir/Transforms/Passes.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  braid::registerStageDialects(registry);
  mlir::registerTransformsPasses();
  braid::ir::registerBraidPasses();
  braid::registerPipelines();
  braid::registerBraidConversionPasses();
  mlir::MLIRContext context(registry);
  return mlir::failed(mlir::mlirReduceMain(argc, argv, context));
}
