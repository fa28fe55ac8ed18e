//===- DeriveObserve.cpp - @observe, and the end of braid.observe ---------===//

#include "dialects/Braid/Transforms/Passes.h"
#include "mlir/IR/Builders.h"

namespace braid::lang {
#define GEN_PASS_DEF_BRAIDDERIVEOBSERVE
#define GEN_PASS_DEF_BRAIDDROPOBSERVE
#include "dialects/Braid/Transforms/Passes.h.inc"
} // namespace braid::lang

using namespace mlir;
using namespace braid::lang;

namespace {

struct DeriveObserve : public braid::lang::impl::BraidDeriveObserveBase<DeriveObserve> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (module.lookupSymbol("observe"))
      return;
    auto logits = module.lookupSymbol<FuncOp>("logits");
    if (!logits) {
      module.emitError("there is no braid.func @logits to observe");
      return signalPassFailure();
    }
    OpBuilder builder(logits->getContext());
    builder.setInsertionPointAfter(logits);
    auto observe = cast<FuncOp>(builder.clone(*logits));
    observe.setSymName("observe");
    for (Operation &op : llvm::make_early_inc_range(observe.getBody().getOps())) {
      if (auto seen = dyn_cast<ObserveOp>(op)) {
        builder.setInsertionPoint(seen);
        builder.create<OutputOp>(seen.getLoc(), ("observe:" + seen.getName()).str(), seen.getValue());
      } else if (!isa<OutputOp, AuxLossOp>(op)) {
        continue;
      }
      op.erase();
    }
  }
};

struct DropObserve : public braid::lang::impl::BraidDropObserveBase<DropObserve> {
  void runOnOperation() override {
    for (auto func : getOperation().getOps<FuncOp>())
      for (Operation &op : llvm::make_early_inc_range(func.getBody().getOps()))
        if (isa<ObserveOp, AuxLossOp>(op))
          op.erase();
  }
};

} // namespace
