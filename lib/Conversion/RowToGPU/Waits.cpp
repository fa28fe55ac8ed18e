//===- Waits.cpp - where the threads of a row wait for each other ---------===//
//
// Two nests need a wait between them if one writes what the other reads or writes, and not each
// thread its own part of it: an argument, a value kept in memory, a copy in shared memory; or if
// they use memory for one value and then for another. It stands before the second of them, so
// that one serves as many as possible.
//
//===----------------------------------------------------------------------===//

#include "GpuEmitter.h"

using namespace mlir;
using namespace braid::row;

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
        if (one != other && plan.shareMemory(one, other))
          return true;
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
