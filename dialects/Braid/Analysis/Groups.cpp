//===- Groups.cpp - the row work that becomes one kernel ------------------===//

#include "dialects/Braid/Analysis/Groups.h"
#include "dialects/Braid/Analysis/Values.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace braid::lang;

/// True for values that two kernels may both load without being one for it.
static bool isNoReason(Value root, bool token) {
  Operation *op = root.getDefiningOp();
  bool isStatic = typeOf(root).isStatic();
  // Every token has its ids; sharing them is no reason.
  return isFree(op) || (isLeaf(op) && (isStatic || typeOf(root).isId())) || (token && isStatic);
}

std::vector<SmallVector<Operation *>>
braid::lang::groupsOf(Block &block, llvm::function_ref<std::optional<int64_t>(Operation *)> levelOf) {
  llvm::EquivalenceClasses<Operation *> classes;
  llvm::MapVector<std::pair<int64_t, Value>, Operation *> first;
  SmallVector<Operation *> order;
  for (Operation &op : block) {
    std::optional<int64_t> level = levelOf(&op);
    if (!level)
      continue;
    order.push_back(&op);
    classes.insert(&op);
    if (isCall(&op))
      continue;
    bool token = worksPerToken(&op);
    auto touch = [&](Value value) {
      Value root = rootOf(value);
      if (isNoReason(root, token))
        return;
      auto [it, fresh] = first.insert({{*level * 2 + token, root}, &op});
      if (!fresh)
        classes.unionSets(it->second, &op);
    };
    llvm::for_each(op.getOperands(), touch);
    llvm::for_each(op.getResults(), touch);
  }
  llvm::MapVector<Operation *, SmallVector<Operation *>> found;
  for (Operation *op : order)
    found[classes.getLeaderValue(op)].push_back(op);
  std::vector<SmallVector<Operation *>> groups;
  for (auto &[leader, ops] : found)
    groups.push_back(std::move(ops));
  return groups;
}
