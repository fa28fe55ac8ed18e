//===- Branches.cpp - loops and conditions as branches --------------------===//

#include "Branches.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Builders.h"

using namespace mlir;

/// What stands behind the op in its block, as a block of its own.
static Block *splitBehind(Operation *op) { return op->getBlock()->splitBlock(std::next(op->getIterator())); }

/// Moves the region's blocks before `end`.
static void inlineBefore(Region &region, Block *end) {
  end->getParent()->getBlocks().splice(end->getIterator(), region.getBlocks());
}

static void lower(scf::ForOp loop) {
  OpBuilder b(loop);
  Location loc = loop.getLoc();
  Block *before = loop->getBlock(), *after = splitBehind(loop);
  Block *condition = &loop.getRegion().front(), *body = condition->splitBlock(condition->begin()),
        *last = &loop.getRegion().back();
  inlineBefore(loop.getRegion(), after);
  Value index = condition->getArgument(0);
  auto yield = cast<scf::YieldOp>(last->getTerminator());
  b.setInsertionPoint(yield);
  SmallVector<Value> carried = {b.create<arith::AddIOp>(loc, index, loop.getStep())};
  llvm::append_range(carried, yield.getOperands());
  b.create<cf::BranchOp>(loc, condition, carried);
  yield.erase();
  b.setInsertionPointToEnd(before);
  SmallVector<Value> initial = {loop.getLowerBound()};
  llvm::append_range(initial, loop.getInitArgs());
  b.create<cf::BranchOp>(loc, condition, initial);
  b.setInsertionPointToEnd(condition);
  Value isInside = b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::slt, index, loop.getUpperBound());
  b.create<cf::CondBranchOp>(loc, isInside, body, ValueRange(), after, ValueRange());
  loop->replaceAllUsesWith(condition->getArguments().drop_front());
  loop.erase();
}

static void lower(scf::IfOp branch) {
  OpBuilder b(branch);
  Location loc = branch.getLoc();
  Block *before = branch->getBlock(), *after = splitBehind(branch), *end = after;
  if (branch.getNumResults()) {
    end = b.createBlock(after->getParent(), after->getIterator(), branch.getResultTypes(),
                        SmallVector<Location>(branch.getNumResults(), loc));
    b.setInsertionPointToEnd(end);
    b.create<cf::BranchOp>(loc, after);
    branch->replaceAllUsesWith(end->getArguments());
  }
  auto place = [&](Region &region) {
    if (region.empty())
      return end;
    Block *first = &region.front();
    auto yield = cast<scf::YieldOp>(region.back().getTerminator());
    b.setInsertionPoint(yield);
    b.create<cf::BranchOp>(loc, end, yield.getOperands());
    yield.erase();
    inlineBefore(region, end);
    return first;
  };
  Block *then = place(branch.getThenRegion()), *otherwise = place(branch.getElseRegion());
  b.setInsertionPointToEnd(before);
  b.create<cf::CondBranchOp>(loc, branch.getCondition(), then, ValueRange(), otherwise, ValueRange());
  branch.erase();
}

void braid::row::lowerToBranches(Operation *function) {
  SmallVector<Operation *> ops;
  function->walk([&](Operation *op) {
    if (isa<scf::ForOp, scf::IfOp>(op))
      ops.push_back(op);
  });
  // From the last: what is behind an op then ends at the next one.
  for (Operation *op : llvm::reverse(ops))
    if (auto loop = dyn_cast<scf::ForOp>(op))
      lower(loop);
    else
      lower(cast<scf::IfOp>(op));
}
