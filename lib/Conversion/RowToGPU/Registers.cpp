//===- Registers.cpp - what a thread keeps from nest to nest --------------===//
//
// What has been loaded or computed for the whole row is remembered, and so held in
// registers until its last use. After each nest that is what later nests need; if it is
// more than a thread has registers for, it is forgotten: first what can be computed or
// read again from a cache, then kept values, which are then read from memory, then
// inputs, which are then staged (revise).
//
//===----------------------------------------------------------------------===//

#include "GpuEmitter.h"

using namespace mlir;
using namespace braid::row;

/// Numbers that a thread holds while it works on something else.
static constexpr int64_t heldNumbers = 48;

/// For every nest, the values that later ones evaluate.
void GpuEmitter::findLives() {
  for (Operation &op : kernel.getBody().front())
    for (Value value : op.getResults())
      valueNames[reinterpret_cast<uintptr_t>(value.getAsOpaquePointer())] = value;
  lives.resize(schedule.nests().size());
  DenseSet<Value> needed;
  for (size_t i = schedule.nests().size(); i-- > 0;) {
    lives[i] = needed;
    SmallVector<Value> work;
    for (const Root &root : schedule.nests()[i].roots) {
      if (root.value != root.kept()) {
        work.push_back(root.value);
        continue;
      }
      for (Value operand : root.op->getOperands())
        if (isa<ValueType>(operand.getType()))
          work.push_back(operand);
    }
    while (!work.empty()) {
      Value value = work.pop_back_val();
      if (!needed.insert(value).second || schedule.isKept(value))
        continue;
      for (Value operand : value.getDefiningOp()->getOperands())
        if (isa<ValueType>(operand.getType()))
          work.push_back(operand);
    }
  }
}

void GpuEmitter::forget(unsigned which) {
  struct Held {
    Value value;
    int64_t numbers = 0;
    int rank = 0; // the lowest go first
  };
  DenseMap<Value, int64_t> held; // numbers
  auto numbersOf = [](Value made) -> int64_t {
    auto vector = dyn_cast<VectorType>(made.getType());
    return vector ? vector.getNumElements() : 1;
  };
  auto &known = scopes[0].known;
  int64_t total = 0;
  for (auto it = known.begin(); it != known.end();) {
    Value value = valueNames.lookup(it->first.front());
    if (value && !lives[which].contains(value)) {
      it = known.erase(it);
      continue;
    }
    if (value && !it->second.getDefiningOp<arith::ConstantOp>()) {
      held[value] += numbersOf(it->second);
      total += numbersOf(it->second);
    }
    ++it;
  }
  if (total <= heldNumbers)
    return;
  SmallVector<Held> order;
  for (Operation &op : kernel.getBody().front())
    for (Value value : op.getResults())
      if (int64_t numbers = held.lookup(value)) {
        bool isInput = isa<LoadOp, StackOp, GatherOp>(op) && !isParameter(op.getOperand(0));
        order.push_back({value, numbers, isInput ? 2 : schedule.isKept(value) ? 1 : 0});
      }
  llvm::stable_sort(order, [](const Held &a, const Held &b) { return a.rank < b.rank; });
  DenseSet<Value> dropped;
  for (const Held &entry : order) {
    if (total <= heldNumbers)
      break;
    dropped.insert(entry.value);
    total -= entry.numbers;
  }
  for (auto it = known.begin(); it != known.end();) {
    Value value = valueNames.lookup(it->first.front());
    it = value && dropped.contains(value) ? known.erase(it) : std::next(it);
  }
}
