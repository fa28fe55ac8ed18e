//===- main.cpp - a language server for the stages of a model -------------===//
#include "braid/Pipelines/Dialects.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"
#include "llvm/Support/thread.h"

/// MLIR reads what stands inside one another by recursion, and what an editor sends cannot be refused before it is
/// read; so there is a stack for some hundred thousand brackets. Pages that are not used cost nothing.
static constexpr unsigned stackBytes = 1u << 30;

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  braid::registerStageDialects(registry);
  bool failed = false;
  llvm::thread server(std::optional<unsigned>(stackBytes),
                      [&] { failed = mlir::failed(mlir::MlirLspServerMain(argc, argv, registry)); });
  server.join();
  return failed;
}
