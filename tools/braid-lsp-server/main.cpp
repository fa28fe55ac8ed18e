//===- main.cpp - a language server for the stages of a model -------------===//
#include "braid/Pipelines/Dialects.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  braid::registerStageDialects(registry);
  return mlir::failed(mlir::MlirLspServerMain(argc, argv, registry));
}
