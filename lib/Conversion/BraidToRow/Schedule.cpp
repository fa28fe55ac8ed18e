//===- Schedule.cpp - which ops become one launch, and when ---------------===//

#include "Schedule.h"
#include "Values.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace braid::ir;

namespace braid::convert {

bool worksPerToken(Operation *op) {
  auto token = [](Value v) { return typeOf(v).isToken(); };
  return llvm::any_of(op->getOperands(), token) || llvm::any_of(op->getResults(), token);
}

/// Bytes per token of a value in storage; static values count nothing.
static int64_t tokenBytes(Value value) {
  ValueType type = typeOf(value);
  return type.isToken() ? type.numElements() * 4 : 0;
}

int64_t Schedule::levelOfValue(Value value) const {
  Value root = rootOf(value);
  Operation *op = root.getDefiningOp();
  auto it = levels.find(op);
  if (it == levels.end())
    return 0;
  // What is summed over the tokens is known when the launch has ended.
  bool later = isCall(op) || (worksPerToken(op) && typeOf(root).isStatic());
  return it->second + later;
}

void Schedule::assignLevels(Block &block) {
  for (Operation &op : block) {
    if (!isRow(&op) && !isCall(&op))
      continue;
    int64_t level = 0;
    for (Value operand : op.getOperands())
      level = std::max(level, levelOfValue(operand));
    levels[&op] = level;
  }
}

/// The users of a value, views looked through.
static void usersOf(Value value, SmallVectorImpl<Operation *> &users) {
  for (Operation *user : value.getUsers())
    if (isView(user))
      usersOf(user->getResult(0), users);
    else
      users.push_back(user);
}

/// Moves row ops to where they are used if that keeps no more alive than their results are; always
/// where recomputation was asked for.
void Schedule::sink(Block &block) {
  for (Operation &op : llvm::reverse(block)) {
    bool asked = op.hasAttr("braid.recompute");
    if (!levels.count(&op) || (!asked && (isCall(&op) || !worksPerToken(&op))))
      continue;
    SmallVector<Operation *> users;
    for (Value result : op.getResults())
      usersOf(result, users);
    int64_t target = -1;
    for (Operation *user : users) {
      auto it = levels.find(user);
      if (it == levels.end())
        continue; // an output: any time will do
      target = target < 0 ? it->second : std::min(target, it->second);
    }
    bool later = isCall(&op) || llvm::any_of(op.getResults(), [&](Value v) {
                   return worksPerToken(&op) && typeOf(v).isStatic();
                 });
    target -= later;
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

void Schedule::cluster(Block &block) {
  // Row ops of one level and one space that share a value that is no parameter.
  llvm::EquivalenceClasses<Operation *> classes;
  llvm::MapVector<std::pair<int64_t, Value>, Operation *> first;
  SmallVector<Operation *> order;
  for (Operation &op : block) {
    if (!levels.count(&op))
      continue;
    order.push_back(&op);
    classes.insert(&op);
    if (isCall(&op))
      continue;
    bool token = worksPerToken(&op);
    auto touch = [&](Value value) {
      Value root = rootOf(value);
      Operation *def = root.getDefiningOp();
      if (isFree(def) || (isLeaf(def) && typeOf(root).isStatic()) || (token && typeOf(root).isStatic()))
        return;
      if (isLeaf(def) && typeOf(root).isId())
        return; // every token has its ids; sharing them is no reason
      auto [it, fresh] = first.insert({{levels[&op] * 2 + token, root}, &op});
      if (!fresh)
        classes.unionSets(it->second, &op);
    };
    llvm::for_each(op.getOperands(), touch);
    llvm::for_each(op.getResults(), touch);
  }
  llvm::MapVector<Operation *, Step> found;
  for (Operation *op : order) {
    auto [it, fresh] = found.insert({classes.getLeaderValue(op), Step()});
    Step &step = it->second;
    step.kind = isCall(op) ? Step::Call : worksPerToken(op) ? Step::TokenRows : Step::FixedRows;
    step.level = levels[op];
    step.ops.push_back(op);
  }
  for (auto &[leader, step] : found)
    steps.push_back(std::move(step));
  llvm::sort(steps, [](const Step &a, const Step &b) {
    if (std::pair(a.level, int(a.kind)) != std::pair(b.level, int(b.kind)))
      return std::pair(a.level, int(a.kind)) < std::pair(b.level, int(b.kind));
    return a.ops.front() != b.ops.front() && a.ops.front()->isBeforeInBlock(b.ops.front());
  });
  for (auto [i, step] : llvm::enumerate(steps))
    for (Operation *op : step.ops)
      numbers[op] = i;
}

LogicalResult Schedule::check() const {
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

FailureOr<Schedule> Schedule::of(FuncOp func) {
  Schedule result;
  Block &block = func.getBody().front();
  result.assignLevels(block);
  result.sink(block);
  result.cluster(block);
  if (failed(result.check()))
    return failure();
  return result;
}

} // namespace braid::convert
