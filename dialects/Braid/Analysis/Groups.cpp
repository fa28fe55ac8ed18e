//===- Groups.cpp - the row work that becomes one kernel ------------------===//

#include "dialects/Braid/Analysis/Groups.h"
#include "dialects/Braid/Analysis/Values.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/IntEqClasses.h"

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
  llvm::IntEqClasses classes; // of places in `order`
  llvm::DenseMap<std::pair<int64_t, Value>, unsigned> first;
  SmallVector<Operation *> order;
  for (Operation &op : block) {
    std::optional<int64_t> level = levelOf(&op);
    if (!level)
      continue;
    unsigned place = order.size();
    order.push_back(&op);
    classes.grow(order.size());
    if (isCall(&op))
      continue;
    bool token = worksPerToken(&op);
    auto touch = [&](Value value) {
      Value root = rootOf(value);
      if (isNoReason(root, token))
        return;
      auto [it, fresh] = first.insert({{*level * 2 + token, root}, place});
      if (!fresh)
        classes.join(it->second, place);
    };
    llvm::for_each(op.getOperands(), touch);
    llvm::for_each(op.getResults(), touch);
  }
  classes.compress(); // numbers the classes in the order of their first ops
  std::vector<SmallVector<Operation *>> groups(classes.getNumClasses());
  for (auto [place, op] : llvm::enumerate(order))
    groups[classes[place]].push_back(op);
  return groups;
}
