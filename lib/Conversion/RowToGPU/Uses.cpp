//===- Uses.cpp - what the nests of a kernel read and write in memory -----===//

#include "Uses.h"

using namespace mlir;
using namespace braid::row;

std::vector<Use> braid::row::usesOf(const Schedule &schedule, const Findings &findings, ArrayRef<Forward> forwards,
                                    function_ref<bool(Value)> isStaged) {
  std::vector<Use> uses(schedule.nests().size());
  auto isInMemory = [&](Value kept) { return !typeOf(kept).getAxes().empty() && !findings.inRegisters.contains(kept); };
  for (auto [nest, use] : llvm::zip(schedule.nests(), uses)) {
    SmallVector<Value> work;
    llvm::SmallDenseSet<Value> seen;
    for (const Root &root : nest.roots) {
      if (Value kept = root.kept(); kept && isInMemory(kept))
        use.writes.insert(kept);
      if (!root.kept()) {
        use.writes.insert(root.op->getOperand(1));
        for (const Forward &forward : forwards)
          if (isStaged(forward.list) && forward.stored == root.op->getOperand(1))
            use.writes.insert(forward.list);
      }
      if (root.value != root.kept()) {
        work.push_back(root.value);
        continue;
      }
      llvm::copy_if(root.op->getOperands(), std::back_inserter(work),
                    [](Value operand) { return isa<ValueType>(operand.getType()); });
      if (isa<LoadOp, StackOp, GatherOp>(root.op))
        use.reads.insert(root.op->getOperand(0));
    }
    while (!work.empty()) {
      Value value = work.pop_back_val();
      if (!seen.insert(value).second)
        continue;
      if (schedule.isKept(value)) {
        if (isInMemory(value))
          use.reads.insert(value);
        continue;
      }
      Operation *op = value.getDefiningOp();
      if (isa<LoadOp, StackOp, GatherOp>(op))
        use.reads.insert(op->getOperand(0));
      llvm::copy_if(op->getOperands(), std::back_inserter(work),
                    [](Value operand) { return isa<ValueType>(operand.getType()); });
    }
  }
  return uses;
}

Lives braid::row::livesOf(ArrayRef<Use> uses) {
  Lives lives;
  for (auto [nest, use] : llvm::enumerate(uses))
    for (Value value : llvm::concat<const Value>(use.reads, use.writes)) {
      Life &life = lives.try_emplace(value, Life{int64_t(nest), 0}).first->second;
      life.last = int64_t(nest);
    }
  return lives;
}
