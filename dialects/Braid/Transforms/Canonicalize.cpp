//===- Canonicalize.cpp - local rewrites, common subexpressions, dead code ===//

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
