//===- main.cpp - braid-opt with a dialect of its own, for tests ----------===//

#include "Toy.h"
#include "braid/Conversion/Passes.h"
#include "braid/Pipelines/Pipelines.h"
#include "dialects/Braid/Transforms/Passes.h"
#include "dialects/Host/IR/Host.h"
#include "dialects/Row/IR/Row.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registry.insert<braid::lang::BraidDialect, braid::row::RowDialect, braid::host::HostDialect>();
  braid::toy::registerToy(registry);
  braid::lang::registerBraidPasses();
  braid::registerPipelines();
  braid::registerBraidConversionPasses();
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "Braid's passes and a toy dialect\n", registry));
}
