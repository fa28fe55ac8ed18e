//===- SimplifyReads.cpp - what a history read need not take or give ------===//

#include "dialects/Braid/IR/Braid.h"
#include "dialects/Braid/Transforms/Patterns.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace braid::lang;

namespace {

/// Unused results, unused, equal and constant captures, unused lists; all in one step,
/// since each makes a new op.
class SimplifyRead : public OpRewritePattern<ReadOp> {
public:
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReadOp read, PatternRewriter &rewriter) const override {
    bool changed = simplifyCaptures(read, rewriter);
    changed |= dropGroups(read, rewriter);
    changed |= succeeded(dropResults(read, rewriter));
    return success(changed);
  }

private:
  static bool simplifyCaptures(ReadOp read, PatternRewriter &rewriter) {
    Block *body = read.body();
    SmallVector<Value> kept;
    llvm::BitVector dead(body->getNumArguments());
    llvm::DenseMap<Value, Value> seen;
    for (auto [i, capture] : llvm::enumerate(read.getCaptures())) {
      unsigned index = read.getGroups() + i;
      BlockArgument argument = body->getArgument(index);
      if (auto constant = capture.getDefiningOp<ConstantOp>(); constant && !argument.use_empty()) {
        OpBuilder::InsertionGuard guard(rewriter);
        rewriter.setInsertionPointToStart(body);
        rewriter.replaceAllUsesWith(argument, rewriter.clone(*constant)->getResult(0));
      } else if (Value same = seen.lookup(capture)) {
        rewriter.replaceAllUsesWith(argument, same);
      }
      if (argument.use_empty()) {
        dead.set(index);
        continue;
      }
      seen[capture] = argument;
      kept.push_back(capture);
    }
    if (dead.none())
      return false;
    rewriter.modifyOpInPlace(read, [&] {
      body->eraseArguments(dead);
      read.getCapturesMutable().assign(kept);
    });
    return true;
  }

  static bool dropGroups(ReadOp read, PatternRewriter &rewriter) {
    Block *body = read.body();
    int64_t groups = read.getGroups(), length = read.length();
    llvm::BitVector dead(body->getNumArguments());
    SmallVector<Value> kept;
    for (int64_t group = 0; group < groups; ++group) {
      // The first list stays where no other does: it gives the axis its size.
      bool last = group + 1 == groups && kept.empty();
      if (body->getArgument(group).use_empty() && !last)
        dead.set(group);
      else
        llvm::append_range(kept, read.getEntries().slice(group * length, length));
    }
    if (dead.none())
      return false;
    rewriter.modifyOpInPlace(read, [&] {
      body->eraseArguments(dead);
      read.getEntriesMutable().assign(kept);
      read.setGroups(groups - dead.count());
    });
    return true;
  }

  static LogicalResult dropResults(ReadOp read, PatternRewriter &rewriter) {
    auto yield = cast<YieldOp>(read.body()->back());
    SmallVector<Value> yields, results;
    SmallVector<int64_t> unstack;
    SmallVector<Type> types;
    unsigned next = 0;
    for (auto [i, value] : llvm::enumerate(yield.getValues())) {
      unsigned count = read.isUnstacked(i) ? read.length() : 1;
      ValueRange mine = read.getOutputs().slice(next, count);
      next += count;
      if (llvm::all_of(mine, [](Value v) { return v.use_empty(); }))
        continue;
      if (read.isUnstacked(i))
        unstack.push_back(yields.size());
      yields.push_back(value);
      llvm::append_range(results, mine);
      llvm::append_range(types, mine.getTypes());
    }
    if (yields.size() == yield.getValues().size() || yields.empty())
      return failure();
    auto made = rewriter.create<ReadOp>(read.getLoc(), types, read.getAxisAttr(), read.getGroupsAttr(),
                                        read.getEntries(), read.getCaptures(), rewriter.getDenseI64ArrayAttr(unstack));
    made->setDiscardableAttrs(read->getDiscardableAttrDictionary());
    rewriter.modifyOpInPlace(yield, [&] { yield.getValuesMutable().assign(yields); });
    rewriter.inlineRegionBefore(read.getBody(), made.getBody(), made.getBody().end());
    for (auto [old, value] : llvm::zip(results, made.getOutputs()))
      rewriter.replaceAllUsesWith(old, value);
    rewriter.eraseOp(read);
    return success();
  }
};

} // namespace

void braid::lang::addReadPatterns(RewritePatternSet &patterns) { patterns.add<SimplifyRead>(patterns.getContext()); }
