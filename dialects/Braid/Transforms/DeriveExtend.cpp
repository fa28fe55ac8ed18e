//===- DeriveExtend.cpp - @extend, the logits of the newest token ---------===//

#include "dialects/Braid/Analysis/Values.h"
#include "dialects/Braid/Transforms/Passes.h"
#include "mlir/IR/Builders.h"

namespace braid::lang {
#define GEN_PASS_DEF_BRAIDDERIVEEXTEND
#include "dialects/Braid/Transforms/Passes.h.inc"
} // namespace braid::lang

using namespace mlir;
using namespace braid::lang;

/// Sequences that are not whole yet have no later tokens to look at.
static LogicalResult verifyLooksBack(FuncOp func) {
  for (Operation &op : func.getBody().front())
    if (seesLater(&op))
      return op.emitOpError("looks at later tokens (`all`): there is no @extend, which goes on where a text ends");
  return success();
}

static LogicalResult askForNewest(FuncOp extend) {
  bool found = false;
  for (auto output : llvm::make_early_inc_range(extend.getBody().getOps<OutputOp>())) {
    if (output.getName() == "logits")
      output.setNewest(found = true);
    else
      output.erase();
  }
  return found ? success() : LogicalResult(extend.emitOpError("has no output `logits`"));
}

namespace {
struct DeriveExtend : public braid::lang::impl::BraidDeriveExtendBase<DeriveExtend> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (module.lookupSymbol("extend"))
      return;
    auto logits = module.lookupSymbol<FuncOp>("logits");
    if (!logits) {
      module.emitError("there is no braid.func @logits that could go on");
      return signalPassFailure();
    }
    if (failed(verifyLooksBack(logits)))
      return signalPassFailure();
    OpBuilder builder(logits->getContext());
    builder.setInsertionPointAfter(logits);
    auto extend = cast<FuncOp>(builder.clone(*logits));
    extend.setSymName("extend");
    for (Operation &op : llvm::make_early_inc_range(extend.getBody().front()))
      if (isa<ObserveOp, AuxLossOp>(op))
        op.erase();
    if (failed(askForNewest(extend)))
      signalPassFailure();
  }
};
} // namespace
