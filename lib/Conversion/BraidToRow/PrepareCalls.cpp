//===- PrepareCalls.cpp - what must hold before a program is kernels ------===//

#include "PrepareCalls.h"
#include "CallLowering.h"
#include "PrepareReads.h"
#include "braid/Conversion/BraidToRow.h"
#include "dialects/Braid/Analysis/Values.h"
#include "mlir/IR/Dominance.h"
#include "mlir/Transforms/CSE.h"

using namespace mlir;
using namespace braid::lang;

namespace braid {
#define GEN_PASS_DEF_PREPARECALLS
#include "lib/Conversion/Passes.h.inc"

namespace convert {

/// Erases ops whose results nobody uses, users first.
static void eraseUnused(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (op.getNumResults() && op.use_empty() && isMemoryEffectFree(&op))
      op.erase();
}

/// A computed copy of a value, for who needs it in memory of its own.
static Value copyOf(OpBuilder &b, Location loc, Value value) {
  return b.create<BroadcastOp>(loc, typeOf(value), value);
}

/// Whether the caller's buffer can be the value's memory: it is computed, real, and no other output's.
static bool standsAlone(OutputOp output, DenseSet<Value> &taken) {
  Value root = rootOf(output.getValue());
  Operation *op = root.getDefiningOp();
  return typeOf(root).isReal() && (isRow(op) || isCall(op)) && taken.insert(root).second;
}

static void prepareOutput(OutputOp output, DenseSet<Value> &taken) {
  if (standsAlone(output, taken))
    return;
  OpBuilder b(output);
  Value value = output.getValue();
  ValueType type = typeOf(value);
  // What leaves the program is a number.
  output.getValueMutable().assign(
      type.isReal()
          ? copyOf(b, output.getLoc(), value)
          : b.create<MapOp>(output.getLoc(), type.withElement(Element::Real), Fn::Real, ValueRange(value)).getResult());
  taken.insert(output.getValue());
}

/// Whether a call or an entry of a history needs memory that a constant does not have.
static bool lacksMemory(OpOperand &operand) {
  auto read = dyn_cast<ReadOp>(operand.getOwner());
  if (!read && !isCall(operand.getOwner()))
    return false;
  if (read && operand.getOperandNumber() >= read.getEntries().size())
    return false; // captures are ordinary operands
  return isFree(rootOf(operand.get()).getDefiningOp()) && !(read && isZero(operand.get()));
}

static void prepareOperands(Operation *op) {
  for (OpOperand &operand : op->getOpOperands())
    if (lacksMemory(operand)) {
      OpBuilder b(op);
      operand.set(copyOf(b, op->getLoc(), operand.get()));
    }
}

/// An entry of a history lies in memory anyway: what was to be computed again for one is what it is
/// a copy of.
static void keepEntries(FuncOp func) {
  SmallVector<Value> work;
  func.walk([&](ReadOp read) {
    if (read->getParentOp() == func)
      llvm::append_range(work, read.getEntries());
  });
  bool changed = false;
  DenseSet<Value> seen;
  while (!work.empty()) {
    Value value = work.pop_back_val();
    Operation *op = value.getDefiningOp();
    if (!seen.insert(value).second || (!isView(op) && !op->hasAttr("recomputed")))
      continue;
    changed |= bool(op->removeAttr("recomputed"));
    llvm::append_range(work, op->getOperands());
  }
  if (!changed)
    return;
  IRRewriter rewriter(func.getContext());
  DominanceInfo dominance(func);
  eliminateCommonSubExpressions(rewriter, dominance, func);
}

static CallLowering loweringOf(Operation *op) {
  auto lowering = dyn_cast<CallLowering>(op);
  if (!lowering)
    op->emitOpError("is no call");
  return lowering;
}

static LogicalResult prepare(FuncOp func) {
  keepEntries(func);
  Block &block = func.getBody().front();
  for (Operation &op : llvm::make_early_inc_range(block))
    if (isa<ObserveOp, AuxLossOp>(op))
      op.erase();
  eraseUnused(block);
  WalkResult result = func.walk([&](RandomOp op) {
    if (typeOf(op.getResult()).isToken())
      return WalkResult::advance();
    op.emitError("draws a static value, which only initial values can do");
    return WalkResult::interrupt();
  });
  if (result.wasInterrupted())
    return failure();
  for (Operation &op : llvm::make_early_inc_range(block)) {
    if (auto read = dyn_cast<ReadOp>(op))
      splitStaticResults(read);
    if (!isCall(&op))
      continue;
    CallLowering lowering = loweringOf(&op);
    if (!lowering || failed(lowering.prepare()))
      return failure();
  }
  for (Operation &op : llvm::make_early_inc_range(block))
    prepareOperands(&op);
  DenseSet<Value> taken;
  for (Operation &op : llvm::make_early_inc_range(block))
    if (auto output = dyn_cast<OutputOp>(op))
      prepareOutput(output, taken);
  eraseUnused(block);
  return success();
}

LogicalResult verifyPrepared(FuncOp func) {
  DenseSet<Value> taken;
  for (Operation &op : func.getBody().front()) {
    bool good = !isa<ObserveOp, AuxLossOp>(op) && llvm::none_of(op.getOpOperands(), lacksMemory);
    if (auto output = dyn_cast<OutputOp>(op))
      good &= standsAlone(output, taken);
    if (auto read = dyn_cast<ReadOp>(op))
      good &= !hasStaticResults(read);
    if (isCall(&op)) {
      CallLowering lowering = loweringOf(&op);
      if (!lowering)
        return failure();
      good &= lowering.isPrepared();
    }
    if (!good)
      return op.emitOpError("is not as kernels and calls want it: `prepare-calls` comes before");
  }
  return success();
}

namespace {
struct PrepareCalls : braid::impl::PrepareCallsBase<PrepareCalls> {
  void getDependentDialects(DialectRegistry &registry) const override {
    PrepareCallsBase::getDependentDialects(registry);
    registerCallLowerings(registry);
  }
  void runOnOperation() override {
    for (auto func : getOperation().getOps<FuncOp>())
      if (failed(prepare(func)))
        return signalPassFailure();
  }
};
} // namespace

} // namespace convert

std::unique_ptr<Pass> createPrepareCallsPass() { return std::make_unique<convert::PrepareCalls>(); }

} // namespace braid
