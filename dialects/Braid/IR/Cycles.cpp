//===- Cycles.cpp - what depends on itself through carries ----------------===//

#include "dialects/Braid/IR/Cycles.h"
#include "dialects/Braid/IR/Carries.h"
#include "llvm/ADT/SCCIterator.h"

using namespace mlir;
using namespace braid::lang;

namespace {
/// An op of a block; the root, which needs all, has none.
struct Node {
  Operation *op = nullptr;
  SmallVector<Node *, 4> needs;
};
} // namespace

template <> struct llvm::GraphTraits<Node *> {
  using NodeRef = Node *;
  using ChildIteratorType = SmallVector<Node *, 4>::iterator;
  static NodeRef getEntryNode(Node *node) { return node; }
  static ChildIteratorType child_begin(Node *node) { return node->needs.begin(); }
  static ChildIteratorType child_end(Node *node) { return node->needs.end(); }
};

std::vector<Cycle> braid::lang::stepsOf(Block &block) {
  CarryPairs pairs(block);
  std::vector<Cycle> steps;
  if (pairs.empty()) {
    for (Operation &op : block)
      steps.push_back({&op});
    return steps;
  }
  std::vector<Node> nodes(block.getOperations().size());
  llvm::DenseMap<Operation *, Node *> nodeOf;
  Node root;
  for (auto [op, node] : llvm::zip(block, nodes)) {
    node.op = &op;
    nodeOf[&op] = &node;
    root.needs.push_back(&node);
  }
  for (Node &node : nodes) {
    auto need = [&](Operation *op) {
      if (Node *other = nodeOf.lookup(op))
        node.needs.push_back(other);
    };
    for (Value operand : node.op->getOperands())
      need(operand.getDefiningOp());
    if (auto carry = dyn_cast<CarryOp>(node.op))
      need(pairs.nextOf(carry));
    else if (auto next = dyn_cast<NextOp>(node.op)) // so that a pair is of one cycle, whatever is left
      need(pairs.carryOf(next.getNameAttr()));
    else if (auto final = dyn_cast<FinalOp>(node.op))
      need(pairs.carryOf(final.getNameAttr()));
  }
  Node *entry = &root;
  for (auto it = llvm::scc_begin(entry); !it.isAtEnd(); ++it) {
    Cycle step;
    for (Node *node : *it)
      if (node->op)
        step.push_back(node->op);
    llvm::sort(step, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
    if (!step.empty())
      steps.push_back(std::move(step));
  }
  return steps;
}

std::vector<Cycle> braid::lang::cyclesOf(Block &block) {
  std::vector<Cycle> cycles = stepsOf(block);
  llvm::erase_if(cycles, [](const Cycle &step) { return !isa<CarryOp>(step.front()); });
  llvm::sort(cycles, [](const Cycle &a, const Cycle &b) { return a.front()->isBeforeInBlock(b.front()); });
  return cycles;
}
