//===- RowInvariants.cpp - parameters that stay in registers --------------===//
//
// What all rows share (gains, queries) is read again for each row, mostly from L1. A kernel
// with staged inputs leaves little of L1, and the re-reads would come from L2 and compete
// with the row itself. There a thread keeps its numbers of a parameter, or what the row's
// code computes of them alone, in registers from row to row if they are few and if that leaves no load of the parameter
// to the rows.
//
//===----------------------------------------------------------------------===//

#include "GpuEmitter.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace braid::row;

/// Registers that a thread may spend on it.
static constexpr int64_t heldParameters = 32;

/// The function's argument that the address is in.
static BlockArgument rootOf(Value address) {
  while (auto step = address.getDefiningOp<LLVM::GEPOp>())
    address = step.getBase();
  return dyn_cast<BlockArgument>(address);
}

void GpuEmitter::hoistParameters(scf::ForOp rows) {
  bool anyStaged = llvm::any_of(kernel.getBody().getArguments(), [&](Value argument) { return isStaged(argument); });
  if (!anyStaged || plan.threadsPerRow <= 32) // a warp has more numbers of a row, and no registers left
    return;
  // Loads of parameters, one argument after another, in the code that every row runs once.
  auto parameterOf = [&](LLVM::LoadOp load) -> Value {
    BlockArgument root = rootOf(load.getAddr());
    if (!root || root.getOwner() != entry || root.getArgNumber() >= kernel.getBody().getNumArguments())
      return Value();
    BlockArgument argument = kernel.getBody().getArgument(root.getArgNumber());
    return isParameter(argument) && !isWritten(argument) ? Value(argument) : Value();
  };
  // A load, alone or for the threads inside of the axis only.
  auto loadedBy = [&](Operation &op) -> Value {
    if (auto load = dyn_cast<LLVM::LoadOp>(op))
      return parameterOf(load);
    auto branch = dyn_cast<scf::IfOp>(op);
    if (!branch || branch.getNumResults() != 1)
      return Value();
    Value parameter;
    for (Block *block : {branch.thenBlock(), branch.elseBlock()})
      for (Operation &inner : block->without_terminator()) {
        auto load = dyn_cast<LLVM::LoadOp>(inner);
        if (!load && !isPure(&inner))
          return Value();
        if (load && !(parameter = parameterOf(load)))
          return Value();
      }
    return parameter;
  };
  llvm::MapVector<Value, SmallVector<Operation *>> loads;
  for (Operation &op : rows.getBody()->without_terminator())
    if (Value parameter = loadedBy(op))
      loads[parameter].push_back(&op);
  llvm::SetVector<Operation *> chosen;
  auto isOutside = [&](Value value) { return !rows.getBodyRegion().isAncestor(value.getParentRegion()); };
  auto operandsOf = [](Operation *op) {
    SmallVector<Value> values;
    op->walk([&](Operation *inner) { llvm::append_range(values, inner->getOperands()); });
    llvm::erase_if(values, [&](Value value) { return op->isAncestor(value.getParentRegion()->getParentOp()); });
    return values;
  };
  for (auto &[parameter, list] : loads) {
    llvm::SetVector<Operation *> wanted = chosen;
    wanted.insert(list.begin(), list.end());
    // In order: what is computed of these numbers and of nothing else of the row, and what their addresses need.
    llvm::SetVector<Operation *> moved;
    DenseSet<Operation *> numbers;
    for (Operation &op : rows.getBody()->without_terminator()) {
      bool isLoad = wanted.contains(&op);
      if (!isLoad && (!isPure(&op) || op.getNumRegions()))
        continue;
      bool invariant = llvm::all_of(
          operandsOf(&op), [&](Value value) { return isOutside(value) || moved.contains(value.getDefiningOp()); });
      if (!invariant)
        continue;
      moved.insert(&op);
      if (isLoad ||
          llvm::any_of(op.getOperands(), [&](Value value) { return numbers.contains(value.getDefiningOp()); }))
        numbers.insert(&op);
    }
    int64_t numbersHeld = 0;
    for (Operation *op : moved)
      if (numbers.contains(op))
        for (Value result : op->getResults())
          if (llvm::any_of(result.getUsers(), [&](Operation *user) {
                return !moved.contains(rows.getBody()->findAncestorOpInBlock(*user));
              })) {
            auto vector = dyn_cast<VectorType>(result.getType());
            numbersHeld += vector ? vector.getNumElements() : 1;
          }
    bool whole = list.size() == traffic.loads[parameter].size() &&
                 llvm::all_of(list, [&](Operation *load) { return moved.contains(load); });
    if (whole && numbersHeld <= heldParameters) {
      chosen = std::move(moved);
      held.insert(parameter);
    }
  }
  for (Operation *op : chosen)
    op->moveBefore(rows);
}
