//===- Prepare.cpp - what must hold before a program is cut into kernels --===//

#include "Prepare.h"
#include "Products.h"
#include "dialects/Braid/Analysis/Values.h"
#include "mlir/IR/Dominance.h"
#include "mlir/Transforms/CSE.h"

using namespace mlir;
using namespace braid::ir;

namespace braid::convert {

/// Erases ops whose results nobody uses, users first.
static void eraseUnused(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (op.getNumResults() && op.use_empty() && isMemoryEffectFree(&op))
      op.erase();
}

/// Gives a product operands and a result that strides can express.
static void prepareProduct(DotOp dot) {
  Product plan = planProduct(dot);
  if (plan.stands())
    return;
  OpBuilder b(dot);
  auto transposed = [&](Value value, const Product::Fix &fix) -> Value {
    if (!fix.needed)
      return value;
    return b.create<TransposeOp>(dot.getLoc(), typeOf(value).withAxes(fix.axes), value);
  };
  dot.getLhsMutable().assign(transposed(dot.getLhs(), plan.swapped ? plan.fixB : plan.fixA));
  dot.getRhsMutable().assign(transposed(dot.getRhs(), plan.swapped ? plan.fixA : plan.fixB));
  if (!plan.fixC.needed)
    return;
  ValueType type = typeOf(dot.getResult());
  dot.getResult().setType(type.withAxes(plan.fixC.axes));
  b.setInsertionPointAfter(dot);
  auto back = b.create<TransposeOp>(dot.getLoc(), type, dot.getResult());
  dot.getResult().replaceAllUsesExcept(back, back);
}

/// A computed copy of a value, for who needs it in memory of its own.
static Value copyOf(OpBuilder &b, Location loc, Value value) {
  return b.create<BroadcastOp>(loc, typeOf(value), value);
}

static void prepareOutput(OutputOp output, DenseSet<Value> &taken) {
  Value root = rootOf(output.getValue());
  Operation *op = root.getDefiningOp();
  bool computed = typeOf(root).isReal() && (isRow(op) || isCall(op));
  if (computed && taken.insert(root).second)
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

/// Constants have no memory; who calls a library with one, or reads it as an entry, gets a copy.
static void prepareOperands(Operation *op) {
  bool read = isa<ReadOp>(op);
  for (OpOperand &operand : op->getOpOperands()) {
    if (read && operand.getOperandNumber() >= cast<ReadOp>(op).getEntries().size())
      continue; // captures are ordinary operands
    Value value = operand.get();
    if (!isFree(rootOf(value).getDefiningOp()) || (read && isZero(value)))
      continue;
    OpBuilder b(op);
    operand.set(copyOf(b, op->getLoc(), value));
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

LogicalResult prepare(FuncOp func) {
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
  // Ids that are computed have no memory of their own.
  auto areInputs = [](Operation *op, ValueRange segments) -> LogicalResult {
    for (Value segment : segments)
      if (!rootOf(segment).getDefiningOp<InputOp>())
        return op->emitOpError("has segments that are not an input of the program");
    return success();
  };
  for (Operation &op : block) {
    if (auto attend = dyn_cast<AttendOp>(op); attend && failed(areInputs(attend, attend.getSegments())))
      return failure();
    if (auto grad = dyn_cast<AttendGradOp>(op); grad && failed(areInputs(grad, grad.getSegments())))
      return failure();
  }

  for (Operation &op : llvm::make_early_inc_range(block)) {
    if (auto attend = dyn_cast<AttendOp>(op))
      prepareAttend(attend);
    else if (auto grad = dyn_cast<AttendGradOp>(op))
      prepareAttendGrad(grad);
    else if (auto read = dyn_cast<ReadOp>(op))
      splitStaticResults(read);
  }
  for (Operation &op : llvm::make_early_inc_range(block)) {
    auto dot = dyn_cast<DotOp>(op);
    if (dot && isCall(dot))
      prepareProduct(dot);
    auto scatter = dyn_cast<ScatterOp>(op);
    if (scatter && typeOf(scatter.getResult()).find(scatter.getAxis()) != 0) {
      OpBuilder b(scatter);
      ValueType type = typeOf(scatter.getResult());
      SmallVector<AxisAttr> axes{type.getAxes()[type.find(scatter.getAxis())]};
      for (AxisAttr axis : type.getAxes())
        if (axis != axes.front())
          axes.push_back(axis);
      scatter.getResult().setType(type.withAxes(axes));
      b.setInsertionPointAfter(scatter);
      auto back = b.create<TransposeOp>(scatter.getLoc(), type, scatter.getResult());
      scatter.getResult().replaceAllUsesExcept(back, back);
    }
  }
  for (Operation &op : llvm::make_early_inc_range(block))
    if (isCall(&op) || isa<ReadOp>(op))
      prepareOperands(&op);
  DenseSet<Value> taken;
  for (Operation &op : llvm::make_early_inc_range(block))
    if (auto output = dyn_cast<OutputOp>(op))
      prepareOutput(output, taken);
  eraseUnused(block);
  return success();
}

} // namespace braid::convert
