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
  llvm::MapVector<Value, Held> held;
  for (Operation &op : kernel.getBody().front())
    for (Value value : op.getResults())
      held[value].value = value;
  DenseMap<uintptr_t, Value> names;
  for (auto &[value, entry] : held)
    names[reinterpret_cast<uintptr_t>(value.getAsOpaquePointer())] = value;
  auto numbersOf = [](Value made) -> int64_t {
    auto vector = dyn_cast<VectorType>(made.getType());
    return vector ? vector.getNumElements() : 1;
  };
  auto &known = scopes[0].known;
  int64_t total = 0;
  for (auto &[key, made] : known)
    if (Value value = names.lookup(key.front()); value && lives[which].contains(value) && !made.getDefiningOp<arith::ConstantOp>()) {
      held[value].numbers += numbersOf(made);
      total += numbersOf(made);
    }
  SmallVector<Held> order;
  for (auto &[value, entry] : held) {
    if (!entry.numbers)
      continue;
    Operation *op = value.getDefiningOp();
    bool isInput = isa<LoadOp, StackOp, GatherOp>(op) && !isParameter(op->getOperand(0));
    entry.rank = isInput ? 2 : schedule.isKept(value) ? 1 : 0;
    order.push_back(entry);
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
    Value value = names.lookup(it->first.front());
    it = value && (dropped.contains(value) || !lives[which].contains(value)) ? known.erase(it) : std::next(it);
  }
}
