//===- Stages.cpp - any text as a module of some stage --------------------===//
//
// Read as the tools read it, and, where it is a module, held against the promises of its
// stage, described and lowered as far as its target's code.
//
//===----------------------------------------------------------------------===//
#include "Scratch.h"
#include "TakeOn.h"
#include "braid/Driver/Compilation.h"
#include "braid/Driver/ModelInfo.h"

using namespace braid;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto compilation = driver::Compilation::load({fuzz::scratchFile("input.mlir", fuzz::textOf(data, size)), {}});
  if (!compilation) {
    llvm::consumeError(compilation.takeError());
    return 0;
  }
  driver::Compilation &c = **compilation;
  llvm::consumeError(c.withDiagnostics([&]() -> llvm::LogicalResult {
    if (failed(verifyStage(c.module(), c.stage())))
      return llvm::failure();
    llvm::consumeError(driver::describe(c.module()).takeError());
    (void)driver::outputsOf(c.module());
    fuzz::takeOn(c.module(), Stage::NVVM);
    fuzz::takeOn(c.module(), Stage::LLVM);
    return llvm::success();
  }));
  return 0;
}
