//===- main.cpp - shrinks a module that makes something fail --------------===//
//
// `braid-reduce FILE.mlir -reduction-tree='traversal-mode=0 test=SCRIPT'`, where the script ends
// with 1 while the module it is given is still interesting.
//
//===----------------------------------------------------------------------===//
#include "braid/Conversion/Passes.h"
#include "braid/Pipelines/Dialects.h"
#include "braid/Pipelines/Pipelines.h"
#include "braid/Support/ModuleFile.h"
#include "dialects/Braid/Transforms/Passes.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Tools/mlir-reduce/MlirReduceMain.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/Support/FileSystem.h"

/// LLVM's reducer reads the file itself: what it would not survive is looked for before.
static bool isReadable(int argc, char **argv) {
  for (int i = 1; i < argc; ++i) {
    if (argv[i][0] == '-' || !llvm::sys::fs::is_regular_file(argv[i]))
      continue;
    if (auto text = braid::readModuleFile(argv[i]); !text) {
      llvm::errs() << "error: " << llvm::toString(text.takeError()) << "\n";
      return false;
    }
  }
  return true;
}

int main(int argc, char **argv) {
  if (!isReadable(argc, argv))
    return 1;
  mlir::DialectRegistry registry;
  braid::registerStageDialects(registry);
  mlir::registerTransformsPasses();
  braid::lang::registerBraidPasses();
  braid::registerPipelines();
  braid::registerBraidConversionPasses();
  mlir::MLIRContext context(registry);
  return mlir::failed(mlir::mlirReduceMain(argc, argv, context));
}
