//===- NarrowCalls.cpp - calls that store bf16 themselves -----------------===//

#include "Formats.h"
#include "braid/Conversion/BraidToRow.h"
#include "dialects/Braid/Analysis/Values.h"

using namespace mlir;
using namespace braid::lang;

namespace braid {
#define GEN_PASS_DEF_NARROWCALLS
#include "lib/Conversion/Passes.h.inc"

namespace convert {

static void narrowCalls(FuncOp func) {
  if (func.getBody().front().getOps<RoundOp>().empty())
    return;
  Formats formats(func);
  auto onlyRounded = [&](auto self, Value value, SmallVectorImpl<RoundOp> &rounds) -> bool {
    return llvm::all_of(value.getUsers(), [&](Operation *user) {
      if (isView(user))
        return self(self, user->getResult(0), rounds);
      auto round = dyn_cast<RoundOp>(user);
      if (!round || round.getPrecision() != Precision::BF16 || formats.of(round.getResult()) != Format::BF16)
        return false;
      rounds.push_back(round);
      return true;
    });
  };
  for (Operation &op : func.getBody().front()) {
    auto mix = dyn_cast<MixInterface>(op);
    if (!mix || !mix.canNarrow() || !isCall(&op))
      continue;
    SmallVector<RoundOp> rounds;
    if (!onlyRounded(onlyRounded, op.getResult(0), rounds) || rounds.empty())
      continue;
    op.setAttr("narrow", UnitAttr::get(op.getContext()));
    for (RoundOp round : rounds) {
      round.getResult().replaceAllUsesWith(round.getInput());
      round.erase();
    }
  }
}

namespace {
struct NarrowCalls : braid::impl::NarrowCallsBase<NarrowCalls> {
  void runOnOperation() override {
    for (auto func : getOperation().getOps<FuncOp>())
      narrowCalls(func);
  }
};
} // namespace

} // namespace convert

std::unique_ptr<Pass> createNarrowCallsPass() { return std::make_unique<convert::NarrowCalls>(); }

} // namespace braid
