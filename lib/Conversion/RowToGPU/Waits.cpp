//===- Waits.cpp - where the threads of a row wait for each other ---------===//
//
// Two nests need a wait between them if one writes what the other reads or writes, and not each
// thread its own part of it: an argument, a value kept in memory, a copy in shared memory. It
// stands before the second of them, so that one serves as many as possible.
//
//===----------------------------------------------------------------------===//

#include "GpuEmitter.h"

using namespace mlir;
using namespace braid::row;

/// What the nests read and write in memory.
void GpuEmitter::findUses() {
  uses.resize(schedule.nests().size());
  auto isInMemory = [&](Value kept) { return !typeOf(kept).getAxes().empty() && !findings.inRegisters.contains(kept); };
  for (auto [nest, use] : llvm::zip(schedule.nests(), uses)) {
    SmallVector<Value> work;
    llvm::SmallDenseSet<Value> seen;
    for (const Root &root : nest.roots) {
      if (Value kept = root.kept(); kept && isInMemory(kept))
        use.writes.insert(kept);
      if (!root.kept()) {
        use.writes.insert(root.op->getOperand(1));
        for (const Forward &forward : launches.forwards)
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
}

/// Whether both nests give each number to the same thread.
bool GpuEmitter::sameThreads(unsigned a, unsigned b, Value one, Value other) const {
  const Nest &first = schedule.nests()[a], &second = schedule.nests()[b];
  AxisAttr axis = first.vector;
  if (!axis || axis != second.vector || lanesFor(first) != lanesFor(second) || isOverLanes(first) ||
      isOverLanes(second) || movesAlong(kernel, axis))
    return false;
  auto hasAxis = [&](Value memory) {
    if (auto buffer = dyn_cast<BufferType>(memory.getType()))
      return llvm::is_contained(buffer.getAxes(), axis);
    if (auto list = dyn_cast<ListType>(memory.getType()))
      return llvm::is_contained(list.getAxes(), axis);
    return llvm::is_contained(typeOf(memory).getAxes(), axis);
  };
  return hasAxis(one) && hasAxis(other);
}

bool GpuEmitter::mustWait(unsigned before, unsigned after) const {
  auto meet = [&](const llvm::SetVector<Value> &some, const llvm::SetVector<Value> &others) {
    for (Value one : some)
      for (Value other : others) {
        bool isArgument = isa<BlockArgument>(one) && isa<BlockArgument>(other);
        // A sum is added to by the threads that own its numbers, from row to row; of a copy, who stores into it says so
        // itself.
        if (isArgument && (plan.isSum(one) || plan.isSum(other)))
          continue;
        bool isOne = one == other || (isArgument && !isStaged(one) && !isStaged(other) && mayAlias(kernel, one, other));
        if (isOne && !plan.isInRing(one) && !sameThreads(before, after, one, other))
          return true;
      }
    return false;
  };
  const Use &first = uses[before], &second = uses[after];
  return meet(first.writes, second.reads) || meet(first.writes, second.writes) || meet(first.reads, second.writes);
}

void GpuEmitter::waitBefore(unsigned next) {
  if (llvm::any_of(sinceWait, [&](unsigned before) { return mustWait(before, next); })) {
    enter(0);
    synchronise();
  }
}

/// The next row's code writes again what this one has in shared memory or in the workspace.
void GpuEmitter::waitAfterRow() {
  bool isUsed = llvm::any_of(sinceWait, [&](unsigned which) {
    return llvm::any_of(llvm::concat<const Value>(uses[which].reads, uses[which].writes), [&](Value memory) {
      return !isa<BlockArgument>(memory) || (isStaged(memory) && !plan.isInRing(memory));
    });
  });
  if (isUsed || exchanges % 2) // the next row's exchanges begin with the same area
    synchronise();
  sinceWait.clear();
}

bool GpuEmitter::isReadInPlace(Value argument) const {
  KernelOp mine = kernel; // its methods are not const
  return llvm::any_of(mine.getBody().getArguments(),
                      [&](BlockArgument other) { return isRead(other) && mayAlias(kernel, argument, other); });
}
