//===- Canonicalize.cpp - local rewrites, common subexpressions, dead code ===//

#include "dialects/Braid/IR/Carries.h"
#include "dialects/Braid/Transforms/Passes.h"
#include "dialects/Braid/Transforms/Patterns.h"
#include "mlir/IR/Dominance.h"
#include "mlir/Transforms/CSE.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace braid::lang {
#define GEN_PASS_DEF_BRAIDCANONICALIZE
#include "dialects/Braid/Transforms/Passes.h.inc"
} // namespace braid::lang

using namespace mlir;
using namespace braid::lang;

/// Erases carries that nothing but themselves looks at; what leads to them is then dead code.
static void dropDeadCarries(FuncOp func) {
  Block &block = func.getBody().front();
  CarryPairs pairs(block);
  if (pairs.empty())
    return;
  llvm::DenseSet<Operation *> live;
  SmallVector<Operation *> work;
  auto mark = [&](Operation *op) {
    if (op && live.insert(op).second)
      work.push_back(op);
  };
  for (Operation &op : block)
    if (!isa<NextOp>(op) && !isMemoryEffectFree(&op))
      mark(&op);
  while (!work.empty()) {
    Operation *op = work.pop_back_val();
    if (auto final = dyn_cast<FinalOp>(op))
      mark(pairs.carryOf(final.getNameAttr()));
    if (auto carry = dyn_cast<CarryOp>(op))
      mark(pairs.nextOf(carry));
    op->walk([&](Operation *inner) { // what a region captures is among the operands
      for (Value operand : inner->getOperands())
        mark(operand.getDefiningOp());
    });
  }
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (!live.contains(&op) && (isa<NextOp>(op) || isMemoryEffectFree(&op))) {
      op.dropAllUses();
      op.erase();
    }
}

namespace {
struct Canonicalize : public braid::lang::impl::BraidCanonicalizeBase<Canonicalize> {
  LogicalResult initialize(MLIRContext *context) override {
    RewritePatternSet set(context);
    addArithmeticPatterns(set);
    addViewPatterns(set);
    addReadPatterns(set);
    patterns = FrozenRewritePatternSet(std::move(set));
    return success();
  }

  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    GreedyRewriteConfig config;
    config.useTopDownTraversal = true;
    config.enableRegionSimplification = GreedySimplifyRegionLevel::Disabled;
    for (auto func : getOperation().getOps<FuncOp>()) {
      dropDeadCarries(func);
      DominanceInfo dominance(func);
      eliminateCommonSubExpressions(rewriter, dominance, func);
      if (failed(applyPatternsAndFoldGreedily(func, patterns, config))) {
        func.emitOpError("local rewrites do not come to an end");
        return signalPassFailure();
      }
      DominanceInfo after(func);
      eliminateCommonSubExpressions(rewriter, after, func);
    }
  }

  FrozenRewritePatternSet patterns;
};
} // namespace
