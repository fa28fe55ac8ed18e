//===- Cycles.cpp - what depends on itself through carries ----------------===//

#include "dialects/Braid/Analysis/Cycles.h"
#include "dialects/Braid/IR/Carries.h"

using namespace mlir;
using namespace braid::lang;

namespace {

/// Ops of a block by their place in it, with the edges among them.
class Graph {
public:
  explicit Graph(Block &block) : pairs(block) {
    for (Operation &op : block) {
      place[&op] = ops.size();
      ops.push_back(&op);
    }
  }

  /// What is reached from a carry on the way down the block, and from there again from what is left.
  llvm::DenseSet<size_t> reachedFrom(CarryOp first) const {
    return reach(first, [&](Operation *op, auto &&visit) {
      for (Operation *user : op->getUsers())
        visit(block(user));
      if (auto next = dyn_cast<NextOp>(op))
        visit(pairs.carryOf(next.getNameAttr()));
    });
  }
  /// What leads to what is left in a carry.
  llvm::DenseSet<size_t> leadingTo(CarryOp last) const {
    return reach(last, [&](Operation *op, auto &&visit) {
      for (Value operand : op->getOperands())
        visit(operand.getDefiningOp());
      if (auto carry = dyn_cast<CarryOp>(op))
        visit(pairs.nextOf(carry));
    });
  }

  CarryPairs pairs;
  std::vector<Operation *> ops;

private:
  /// The op of the block that an op inside a region belongs to.
  Operation *block(Operation *op) const {
    while (op && !place.count(op))
      op = op->getParentOp();
    return op;
  }
  template <typename Step> llvm::DenseSet<size_t> reach(Operation *from, Step &&step) const {
    llvm::DenseSet<size_t> seen;
    SmallVector<Operation *> work;
    auto visit = [&](Operation *op) {
      auto it = op ? place.find(op) : place.end();
      if (it != place.end() && seen.insert(it->second).second)
        work.push_back(op);
    };
    visit(from);
    while (!work.empty())
      step(work.pop_back_val(), visit);
    return seen;
  }
  llvm::DenseMap<Operation *, size_t> place;
};

} // namespace

std::vector<Cycle> braid::lang::cyclesOf(Block &block) {
  Graph graph(block);
  if (graph.pairs.empty())
    return {};
  std::vector<Cycle> cycles;
  llvm::DenseSet<Operation *> known;
  for (Operation *op : graph.ops) {
    auto carry = dyn_cast<CarryOp>(op);
    if (!carry || known.contains(carry))
      continue;
    llvm::DenseSet<size_t> down = graph.reachedFrom(carry), up = graph.leadingTo(carry);
    Cycle cycle;
    NextOp next = graph.pairs.nextOf(carry);
    for (auto [place, each] : llvm::enumerate(graph.ops))
      if (each == carry || each == next || (down.contains(place) && up.contains(place)))
        cycle.insert(each);
    for (Operation *each : cycle)
      if (isa<CarryOp>(each))
        known.insert(each);
    cycles.push_back(std::move(cycle));
  }
  return cycles;
}
