//===- ReverseMode.cpp - gradients of straight-line code ------------------===//

#include "dialects/Braid/IR/ReverseMode.h"
#include "dialects/Braid/IR/Emitter.h"

using namespace mlir;
using namespace braid::lang;

void ReverseMode::analyse(ArrayRef<Operation *> forward) {
  for (Operation *op : forward) {
    if (isa<DetachOp>(op) || llvm::none_of(op->getOperands(), [&](Value v) { return wants(v); }))
      continue;
    for (Value result : op->getResults())
      if (typeOf(result).isReal())
        wanted.insert(result);
  }
}

void ReverseMode::add(Value value, Value gradient) {
  if (!wants(value))
    return;
  Emitter emit(builder, gradient.getLoc());
  int slot = 0;
  if (typeOf(gradient).getKind() > typeOf(value).getKind()) {
    if (local)
      slot = 1;
    else
      gradient = emit.tokenSum(gradient);
  }
  Value &sum = gradients[slot][value];
  sum = sum ? emit.add(sum, gradient) : gradient;
}

Value ReverseMode::take(Value value) {
  auto it = gradients[0].find(value);
  if (it == gradients[0].end())
    return {};
  Value sum = it->second;
  gradients[0].erase(it);
  return sum;
}

LogicalResult ReverseMode::visit(Operation *op, int slot) {
  SmallVector<Value> resultGrads;
  bool any = false;
  for (Value result : op->getResults()) {
    resultGrads.push_back(gradients[slot].lookup(result));
    any |= bool(resultGrads.back());
  }
  if (!any)
    return success();
  if (isa<AttendGradOp>(op))
    return op->emitOpError("second derivatives of attention are not available");
  auto adjoint = dyn_cast<AdjointOpInterface>(op);
  if (!adjoint)
    return op->emitOpError("has no derivative");
  return adjoint.buildAdjoint(builder, resultGrads, *this);
}

LogicalResult ReverseMode::run(ArrayRef<Operation *> forward) {
  for (Operation *op : llvm::reverse(forward))
    for (int slot : {0, 1})
      if (failed(visit(op, slot)))
        return failure();
  return success();
}
