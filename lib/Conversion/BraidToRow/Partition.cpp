//===- Partition.cpp - which ops become one launch, and when --------------===//

#include "Partition.h"
#include "dialects/Braid/Analysis/Groups.h"
#include "dialects/Braid/Analysis/Levels.h"
#include "dialects/Braid/Analysis/Values.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace braid::lang;

namespace braid::convert {

/// Bytes per token of a value in storage; static values count nothing.
static int64_t tokenBytes(Value value) {
  ValueType type = typeOf(value);
  return type.isToken() ? type.numElements() * 4 : 0;
}

/// The users of a value, views looked through, and whether they belong to a later kernel than the value's.
static void usersOf(Value value, bool later, SmallVectorImpl<std::pair<Operation *, bool>> &users) {
  for (Operation *user : value.getUsers())
    if (isView(user))
      usersOf(user->getResult(0), later || endsLevel(user), users);
    else
      users.push_back({user, later});
}

/// Moves row ops to where they are used if that keeps no more alive than their results are; always
/// where recomputation was asked for.
void Partition::sink(Block &block) {
  for (Operation &op : llvm::reverse(block)) {
    bool asked = op.hasAttr("recomputed");
    if (!levels.count(&op) || (!asked && (isCall(&op) || !worksPerToken(&op))))
      continue;
    SmallVector<std::pair<Operation *, bool>> users;
    for (Value result : op.getResults())
      usersOf(result, isCall(&op) || endsLevel(&op), users);
    int64_t target = -1;
    for (auto [user, later] : users) {
      auto it = levels.find(user);
      if (it == levels.end())
        continue; // an output: any time will do
      int64_t latest = it->second - later;
      target = target < 0 ? latest : std::min(target, latest);
    }
    if (target <= levels[&op])
      continue;
    if (!asked) {
      int64_t produced = 0, kept = 0;
      for (Value result : op.getResults())
        produced += tokenBytes(result);
      SmallPtrSet<Value, 8> seen;
      for (Value operand : op.getOperands()) {
        Value root = rootOf(operand);
        Operation *def = root.getDefiningOp();
        if (isLeaf(def) || isFree(def) || !seen.insert(root).second)
          continue;
        // An entry of a history has users at every later site, so the first one that will do ends the search.
        auto isAlive = [&](auto self, Value value) -> bool {
          return llvm::any_of(value.getUsers(), [&](Operation *user) {
            if (isView(user))
              return self(self, user->getResult(0));
            auto it = levels.find(user);
            return user != &op && it != levels.end() && it->second >= target;
          });
        };
        if (!isAlive(isAlive, root))
          kept += tokenBytes(root);
      }
      if (kept > produced)
        continue;
    }
    levels[&op] = target;
  }
}

void Partition::cluster(Block &block) {
  auto levelOf = [&](Operation *op) {
    auto it = levels.find(op);
    return it == levels.end() ? std::nullopt : std::optional<int64_t>(it->second);
  };
  for (auto &ops : groupsOf(block, levelOf)) {
    Operation *op = ops.front();
    Step::Kind kind = isCall(op) ? Step::Call : worksPerToken(op) ? Step::TokenRows : Step::FixedRows;
    steps.push_back({kind, levels[op], std::move(ops)});
  }
  llvm::sort(steps, [](const Step &a, const Step &b) {
    if (std::pair(a.level, int(a.kind)) != std::pair(b.level, int(b.kind)))
      return std::pair(a.level, int(a.kind)) < std::pair(b.level, int(b.kind));
    return a.ops.front() != b.ops.front() && a.ops.front()->isBeforeInBlock(b.ops.front());
  });
  for (auto [i, step] : llvm::enumerate(steps))
    for (Operation *op : step.ops)
      numbers[op] = i;
}

LogicalResult Partition::check() const {
  for (auto [i, step] : llvm::enumerate(steps))
    for (Operation *op : step.ops)
      for (Value operand : op->getOperands()) {
        Operation *def = rootOf(operand).getDefiningOp();
        int from = stepOf(def);
        bool summed = from == int(i) && step.kind == Step::TokenRows && typeOf(rootOf(operand)).isStatic();
        if (from > int(i) || summed)
          return op->emitOpError("cannot be scheduled after what it uses (internal error)");
      }
  return success();
}

FailureOr<Partition> Partition::of(FuncOp func) {
  Partition result;
  Block &block = func.getBody().front();
  Levels levels(func);
  for (Operation &op : block)
    if (isRow(&op) || isCall(&op))
      result.levels[&op] = levels.level(&op);
  result.sink(block);
  result.cluster(block);
  if (failed(result.check()))
    return failure();
  return result;
}

} // namespace braid::convert
