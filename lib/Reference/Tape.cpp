//===- Tape.cpp - reverse accumulation over evaluated ops -----------------===//

#include "Tape.h"
#include "Recurrence.h"
#include "dialects/Braid/IR/Cycles.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace braid::ref;
using namespace braid::lang;

double *Tape::sink(Value value) {
  if (!eval.isActive(value))
    return nullptr;
  std::vector<double> &gradient = gradients[value];
  if (gradient.empty())
    gradient.resize(size_t(countOf(eval.dimsOf(value))));
  return gradient.data();
}

const double *Tape::gradient(Value value) const {
  auto found = gradients.find(value);
  return found == gradients.end() ? nullptr : found->second.data();
}

/// The nest with source and target exchanged.
static Nest<2> transposed(Nest<2> nest) {
  std::swap(nest.base[0], nest.base[1]);
  for (auto &steps : nest.strides)
    std::swap(steps[0], steps[1]);
  return nest;
}

llvm::Error Tape::backward(Block &block) {
  auto steps = stepsOf(block);
  for (ArrayRef<Operation *> step : llvm::reverse(steps)) {
    Operation *op = step.front();
    bool cycle = isa<CarryOp>(op);
    if (!cycle && llvm::none_of(op->getResults(), [&](Value result) { return gradient(result); }))
      continue;
    if (llvm::Error error = cycle ? Recurrence(step).backward(eval, *this) : backward(op))
      return error;
  }
  return llvm::Error::success();
}

llvm::Error Tape::recur(RecurOp op) {
  if (op.replay())
    return failureAt(op, "the oracle's tape goes through what is computed once");
  for (auto [value, output] : llvm::zip(op.body()->getTerminator()->getOperands(), op.getOutputs()))
    if (const double *from = gradient(output))
      if (double *to = sink(value))
        for (int64_t i = 0, count = countOf(eval.dimsOf(value)); i < count; ++i)
          to[i] += from[i];
  if (llvm::Error error = backward(*op.body()))
    return error;
  for (auto [argument, capture] : llvm::zip(op.body()->getArguments(), op.getCaptures()))
    if (const double *from = gradient(argument))
      if (double *to = sink(capture))
        for (int64_t i = 0, count = countOf(eval.dimsOf(capture)); i < count; ++i)
          to[i] += from[i];
  return llvm::Error::success();
}

llvm::Error Tape::read(ReadOp op) {
  Block *body = op.body();
  unsigned result = 0;
  for (auto [i, yielded] : llvm::enumerate(body->getTerminator()->getOperands())) {
    bool unstacked = op.isUnstacked(int64_t(i)) && typeOf(yielded).has(op.getAxis());
    for (int64_t k = 0, count = unstacked ? op.length() : 1; k < count; ++k, ++result) {
      Value output = op.getOutputs()[result];
      const double *from = gradient(output);
      double *to = from ? sink(yielded) : nullptr;
      if (!to)
        continue;
      Dims outer = eval.dimsOf(output), inner = eval.dimsOf(yielded);
      addAlong(unstacked ? stackCopy(outer, inner, op.getAxis(), k) : Nest<2>(outer, {outer, inner}), from, to);
    }
  }
  if (llvm::Error error = backward(*body))
    return error;
  for (auto [i, argument] : llvm::enumerate(body->getArguments())) {
    const double *from = gradient(argument);
    if (!from)
      continue;
    bool isCapture = int64_t(i) >= int64_t(op.getGroups());
    for (int64_t k = 0, count = isCapture ? 1 : op.length(); k < count; ++k) {
      Value operand = isCapture ? op.getCaptures()[i - size_t(op.getGroups())]
                                : op.getEntries()[i * size_t(op.length()) + size_t(k)];
      Dims outer = eval.dimsOf(operand), inner = eval.dimsOf(argument);
      if (double *to = sink(operand))
        addAlong(isCapture ? Nest<2>(inner, {inner, outer}) : transposed(stackCopy(outer, inner, op.getAxis(), k)),
                 from, to);
    }
  }
  return llvm::Error::success();
}

llvm::Error Tape::backward(Operation *op) {
  if (isa<DetachOp, ParamOp>(op))
    return llvm::Error::success();
  if (auto copies = copiesOf(op, eval); !copies.empty()) {
    for (auto [operand, nest] : llvm::zip(op->getOperands(), copies))
      if (double *to = sink(operand))
        addAlong(transposed(nest), gradient(op->getResult(0)), to);
    return llvm::Error::success();
  }
  auto done = [] { return llvm::Error::success(); };
  return llvm::TypeSwitch<Operation *, llvm::Error>(op)
      .Case<ReadOp>([&](auto o) { return read(o); })
      .Case<RecurOp>([&](auto o) { return recur(o); })
#define SLOPE(OP) .Case<OP>([&](OP o) { return ref::backward(o, eval, *this), done(); })
#include "Ops.def"
      .Default([&](Operation *) { return failureAt(op, "the oracle's tape has no derivative of this op"); });
}
