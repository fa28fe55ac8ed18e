//===- TakeOn.cpp - a module, lowered -------------------------------------===//
#include "TakeOn.h"
#include "mlir/IR/OwningOpRef.h"

namespace braid::fuzz {

static constexpr unsigned maxOps = 300;

void takeOn(mlir::ModuleOp module, Stage to) {
  if (way(stageOf(module), to).empty())
    return;
  unsigned ops = 0;
  module.walk(
      [&](mlir::Operation *) { return ++ops <= maxOps ? mlir::WalkResult::advance() : mlir::WalkResult::interrupt(); });
  if (ops > maxOps)
    return;
  PipelineOptions options;
  options.functions = {"logits", "loss", "grad", "extend"};
  // It may be refused: not every module is that of a program.
  mlir::OwningOpRef<mlir::ModuleOp> copy(module.clone());
  (void)lowerTo(*copy, to, options);
}

} // namespace braid::fuzz
