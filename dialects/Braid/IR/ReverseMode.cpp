//===- ReverseMode.cpp - gradients of straight-line code ------------------===//

#include "dialects/Braid/IR/ReverseMode.h"
#include "dialects/Braid/IR/Carries.h"
#include "dialects/Braid/IR/Emitter.h"

using namespace mlir;
using namespace braid::lang;

void ReverseMode::analyse(ArrayRef<Operation *> forward) {
  llvm::DenseMap<StringAttr, CarryOp> carries;
  for (bool changed = true; changed;) { // a carry is wanted for what it begins with, or for what is left in it
    changed = false;
    for (Operation *op : forward) {
      if (auto carry = dyn_cast<CarryOp>(op))
        carries[carry.getNameAttr()] = carry;
      if (auto next = dyn_cast<NextOp>(op); next && wants(next.getValue()))
        changed |= wanted.insert(carries.lookup(next.getNameAttr()).getResult()).second;
      if (isa<DetachOp>(op) || llvm::none_of(op->getOperands(), [&](Value v) { return wants(v); }))
        continue;
      for (Value result : op->getResults())
        if (typeOf(result).isReal())
          wanted.insert(result);
    }
  }
}

static StringAttr adjointName(CarryOp carry) {
  return StringAttr::get(carry.getContext(), carry.getName() + adjointSuffix);
}

void ReverseMode::beginCarries(ArrayRef<Operation *> forward) {
  for (Operation *op : forward)
    if (auto carry = dyn_cast<CarryOp>(op); carry && wants(carry.getResult()))
      found[carry.getNameAttr()] = builder.create<CarryOp>(carry.getLoc(), carry.getResult().getType(),
                                                           adjointName(carry), Value(), /*reverse=*/true, false);
}

void ReverseMode::leave(CarryOp carry) {
  if (!wants(carry.getResult()))
    return;
  Emitter emit(builder, carry.getLoc());
  Value gradient = gradients[0].lookup(carry.getResult());
  if (!gradient)
    gradient = emit.broadcast(emit.number(0), typeOf(carry.getResult()));
  builder.create<NextOp>(carry.getLoc(), adjointName(carry), gradient);
  if (Value init = carry.getInit(); init && wants(init))
    add(init, builder.create<FinalOp>(carry.getLoc(), init.getType(), adjointName(carry)));
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
  beginCarries(forward);
  for (Operation *op : llvm::reverse(forward)) {
    if (auto carry = dyn_cast<CarryOp>(op)) {
      leave(carry);
    } else if (auto next = dyn_cast<NextOp>(op)) {
      if (Value gradient = found.lookup(next.getNameAttr()))
        add(next.getValue(), gradient);
    } else {
      for (int slot : {0, 1})
        if (failed(visit(op, slot)))
          return failure();
    }
  }
  return success();
}
