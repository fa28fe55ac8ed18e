//===- SimplifyViews.cpp - local rewrites of views and of sums of them ----===//
//
// Exact, but for the sum of n equal numbers, which becomes a product with n.
//
//===----------------------------------------------------------------------===//

#include "dialects/Braid/IR/Emitter.h"
#include "dialects/Braid/Transforms/Patterns.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace braid::lang;

namespace {

/// Elementwise ops repeat their operands anyway, and no op but a view or an output cares
/// for the order of axes.
struct LookThrough : RewritePattern {
  LookThrough(MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}
  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    if (!isa<MapOp, ReduceOp, DotOp, BroadcastOp>(op))
      return failure();
    bool changed = false;
    for (OpOperand &operand : op->getOpOperands()) {
      Operation *view = operand.get().getDefiningOp();
      bool repeats = isa_and_nonnull<BroadcastOp>(view) && isa<MapOp, BroadcastOp>(op);
      if (!repeats && !isa_and_nonnull<TransposeOp>(view))
        continue;
      rewriter.modifyOpInPlace(op, [&] { operand.set(view->getOperand(0)); });
      changed = true;
    }
    return success(changed);
  }
};

/// Views that change nothing.
struct DropIdentity : RewritePattern {
  DropIdentity(MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}
  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    bool maybe = isa<BroadcastOp, TransposeOp, RenameOp, SplitOp, JoinOp>(op) ||
                 (isa<SliceOp, PadOp>(op) && op->hasAttr(isa<SliceOp>(op) ? "as" : "from"));
    if (auto reduce = dyn_cast<ReduceOp>(op)) {
      if (!reduce.getAxes().empty())
        return failure();
      rewriter.replaceOpWithNewOp<TransposeOp>(op, reduce.getType(), reduce.getInput());
      return success();
    }
    if (!maybe || op->getOperand(0).getType() != op->getResult(0).getType())
      return failure();
    rewriter.replaceOp(op, op->getOperand(0));
    return success();
  }
};

/// A transpose of a transpose, a join of a split, a split of a join, a rename of a rename.
struct UndoView : RewritePattern {
  UndoView(MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}
  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    if (!isa<TransposeOp, JoinOp, SplitOp, RenameOp>(op))
      return failure();
    Operation *inner = op->getOperand(0).getDefiningOp();
    if (!inner)
      return failure();
    if (isa<TransposeOp>(op) && isa<TransposeOp>(inner)) {
      rewriter.replaceOpWithNewOp<TransposeOp>(op, op->getResult(0).getType(), inner->getOperand(0));
      return success();
    }
    bool undoes = (isa<JoinOp>(op) && isa<SplitOp>(inner)) || (isa<SplitOp>(op) && isa<JoinOp>(inner)) ||
                  (isa<RenameOp>(op) && isa<RenameOp>(inner));
    if (!undoes || inner->getOperand(0).getType() != op->getResult(0).getType())
      return failure();
    // A rename that swaps two names of equal axes has equal types and is no identity.
    if (auto rename = dyn_cast<RenameOp>(op)) {
      auto first = cast<RenameOp>(inner);
      if (rename.getFrom() != first.getTo() || rename.getTo() != first.getFrom())
        return failure();
    }
    rewriter.replaceOp(op, inner->getOperand(0));
    return success();
  }
};

/// A broadcast constant with as many kinds is a larger constant.
struct GrowConstant : OpRewritePattern<BroadcastOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(BroadcastOp op, PatternRewriter &rewriter) const override {
    auto constant = op.getInput().getDefiningOp<ConstantOp>();
    if (!constant || !typeOf(op.getResult()).isStatic())
      return failure();
    rewriter.replaceOpWithNewOp<ConstantOp>(op, op.getType(), constant.getValueAttr());
    return success();
  }
};

/// A reduction along axes that a broadcast made, and one of another reduction.
struct ReduceOfRepeated : OpRewritePattern<ReduceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReduceOp op, PatternRewriter &rewriter) const override {
    Emitter emit(rewriter, op.getLoc());
    ValueType result = typeOf(op.getResult());
    if (auto inner = op.getInput().getDefiningOp<ReduceOp>();
        inner && inner.getKind() == op.getKind() && inner->hasOneUse()) {
      SmallVector<StringRef> axes = strings(inner.getAxes());
      llvm::append_range(axes, strings(op.getAxes()));
      rewriter.replaceOpWithNewOp<ReduceOp>(op, op.getType(), op.getKind(), inner.getInput(),
                                            rewriter.getStrArrayAttr(axes));
      return success();
    }
    auto broadcast = op.getInput().getDefiningOp<BroadcastOp>();
    if (!broadcast)
      return failure();
    ValueType made = typeOf(op.getInput()), from = typeOf(broadcast.getInput());
    int64_t copies = 1;
    SmallVector<StringRef> kept;
    for (StringRef axis : strings(op.getAxes()))
      if (from.has(axis))
        kept.push_back(axis);
      else
        copies *= made.sizeOf(axis);
    if (kept.size() == op.getAxes().size())
      return failure();
    Value value = emit.reduce(op.getKind(), broadcast.getInput(), kept);
    if (op.getKind() == ReduceKind::Sum && copies > 1)
      value = emit.scale(value, double(copies));
    if (typeOf(value).getKind() == result.getKind() && typeOf(value).getAxes().size() == result.getAxes().size())
      value = emit.ordered(value, result.getAxes());
    else
      value = emit.broadcast(value, result);
    rewriter.replaceOp(op, value);
    return success();
  }
};

/// The part of a concatenation that went in.
struct SliceOfConcat : OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SliceOp op, PatternRewriter &rewriter) const override {
    auto concat = op.getInput().getDefiningOp<ConcatOp>();
    if (!concat || concat.getAxis() != op.getAxis() || !op.getAs())
      return failure();
    int64_t offset = 0;
    for (auto [part, axis] : llvm::zip(concat.getInputs(), strings(concat.getAxes()))) {
      int64_t size = typeOf(part).sizeOf(axis);
      if (offset == int64_t(op.getOffset()) && size == int64_t(op.getSize()) &&
          typeOf(part).getKind() == typeOf(op.getResult()).getKind()) {
        rewriter.replaceOpWithNewOp<RenameOp>(op, op.getType(), part, rewriter.getStrArrayAttr({axis}),
                                              rewriter.getStrArrayAttr({*op.getAs()}));
        return success();
      }
      offset += size;
    }
    return failure();
  }
};

} // namespace

void braid::lang::addViewPatterns(RewritePatternSet &patterns) {
  patterns.add<LookThrough, DropIdentity, UndoView, GrowConstant, ReduceOfRepeated, SliceOfConcat>(
      patterns.getContext());
}
