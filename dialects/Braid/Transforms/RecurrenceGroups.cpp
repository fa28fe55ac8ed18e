//===- RecurrenceGroups.cpp - which ops become one recurrence -------------===//
//
// Each cycle is one, with all that touches its wide values; the reverse cycles of a wide
// forward one are one. Of another recurrence all comes at once, so that what is taken in
// must not wait for what waits for the recurrence.
//
//===----------------------------------------------------------------------===//

#include "dialects/Braid/Transforms/RecurrenceGroups.h"
#include "dialects/Braid/Analysis/Levels.h"
#include "dialects/Braid/Analysis/Values.h"
#include "dialects/Braid/IR/Carries.h"
#include "dialects/Braid/IR/Cycles.h"
#include "dialects/Braid/Transforms/ExpandReads.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace braid::lang;

/// Row work that can stand in a recurrence: its operands are values of this token, its results too.
static bool isPlain(Operation *op) {
  return llvm::is_contained({Role::Row, Role::View}, roleOf(op)) && op->getNumRegions() == 0 &&
         !op->hasTrait<EndsKernel>() && worksPerToken(op);
}

SmallVector<Operation *> braid::lang::inOrder(const llvm::DenseSet<Operation *> &ops) {
  SmallVector<Operation *> list(ops.begin(), ops.end());
  llvm::sort(list, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  return list;
}

/// A carry is wide if what is left in it is spread out of fewer numbers, as an outer product is; not where its numbers
/// come from a product of matrices, and are in memory.
void RecurrenceGroups::measure(Group &group) const {
  constexpr int64_t fewNumbers = 32;
  int64_t largest = 0;
  for (Operation *op : group.ops)
    if (auto carry = dyn_cast<CarryOp>(op))
      largest = std::max(largest, typeOf(carry.getResult()).numElements());
  if (largest <= fewNumbers)
    return;
  SmallVector<Operation *> work(group.ops.begin(), group.ops.end());
  llvm::DenseSet<Operation *> seen(group.ops);
  while (!work.empty())
    for (Value operand : work.pop_back_val()->getOperands()) {
      Operation *def = operand.getDefiningOp();
      if (!def || !typeOf(operand).isToken() || typeOf(operand).numElements() < largest || !seen.insert(def).second)
        continue;
      if (isFree(def) || isa<CarryOp>(def))
        continue;
      if (!isPlain(def) || isa<GatherOp>(def))
        return;
      work.push_back(def);
    }
  group.wide = largest;
}

llvm::DenseMap<Operation *, RecurrenceGroups::Way> RecurrenceGroups::waysFrom(const Group &group) const {
  // Of another recurrence all comes at once: if a part of it depends on this group, the whole does.
  llvm::SmallVector<const llvm::DenseSet<Operation *> *> others;
  for (const Group &other : groups)
    if (&other != &group)
      others.push_back(&other.ops);
  for (const llvm::DenseSet<Operation *> &cycle : cycles)
    if (!group.ops.contains(*cycle.begin()))
      others.push_back(&cycle);
  llvm::DenseSet<Operation *> late;
  for (;;) {
    llvm::DenseMap<Operation *, Way> ways;
    for (Operation &op : block) {
      if (group.ops.contains(&op))
        continue;
      Way way = late.contains(&op) ? ThroughCalls : None;
      for (Value operand : op.getOperands())
        if (Operation *def = operand.getDefiningOp())
          way = std::max(way, group.ops.contains(def) ? ThroughRows : ways.lookup(def));
      if (way != None)
        ways[&op] = isPlain(&op) && !isTaken(&op) ? way : ThroughCalls;
    }
    bool changed = false;
    llvm::erase_if(others, [&](const llvm::DenseSet<Operation *> *other) {
      bool depends = llvm::any_of(*other, [&](Operation *op) { return ways.lookup(op) != None; });
      if (depends)
        late.insert(other->begin(), other->end());
      changed |= depends;
      return depends;
    });
    if (!changed)
      return ways;
  }
}

/// What makes wide values of narrow ones does it inside. Others that want the value have one of their own: none of them
/// waits for the recurrence.
void RecurrenceGroups::takeProducers(Group &group) {
  auto ways = waysFrom(group);
  SmallVector<Operation *> work = inOrder(group.ops);
  while (!work.empty()) {
    Operation *op = work.pop_back_val();
    for (Value operand : op->getOperands()) {
      Operation *def = operand.getDefiningOp();
      if (!def || !group.isWide(operand) || !isPlain(def) || isTaken(def) || ways.lookup(def) != None)
        continue;
      auto isOther = [&](Operation *user) { return !group.ops.contains(user); };
      if (llvm::any_of(def->getUsers(), isOther)) {
        builder.setInsertionPointAfter(def);
        Operation *copy = builder.clone(*def);
        for (auto [old, made] : llvm::zip(def->getResults(), copy->getResults()))
          old.replaceUsesWithIf(made, [&](OpOperand &use) { return !isOther(use.getOwner()); });
        def = copy;
      }
      group.ops.insert(def);
      work.push_back(def);
    }
  }
}

/// What makes narrow values of the group's wide ones, and the little row work that may be on the way to it.
void RecurrenceGroups::takeConsumers(Group &group) {
  constexpr size_t longestWay = 8;
  // Numbers of the forward recurrence, too: what is not part of that needs them again.
  const Group *from = group.forward >= 0 ? &groups[size_t(group.forward)] : nullptr;
  auto takes = [&](Operation *op) {
    return llvm::any_of(op->getOperands(), [&](Value value) {
      Operation *def = value.getDefiningOp();
      return def && ((group.isWide(value) && group.ops.contains(def)) ||
                     (from && from->isWide(value) && from->ops.contains(def)));
    });
  };
  for (bool changed = true; changed;) {
    changed = false;
    auto ways = waysFrom(group);
    // What the group itself waits for, another recurrence as a whole, comes before it.
    llvm::DenseSet<Operation *> before;
    if (from) {
      SmallVector<Operation *> work(group.ops.begin(), group.ops.end());
      auto want = [&](Operation *op) {
        if (op && !group.ops.contains(op) && before.insert(op).second)
          work.push_back(op);
      };
      while (!work.empty()) {
        Operation *op = work.pop_back_val();
        for (Value operand : op->getOperands())
          want(operand.getDefiningOp());
        for (const Group &other : groups)
          if (&other != &group && other.ops.contains(op))
            llvm::for_each(other.ops, want);
      }
    }
    for (Operation &op : block) {
      if (before.contains(&op))
        continue;
      bool sum = roleOf(&op) == Role::Sum && op.getNumRegions() == 0;
      if (isTaken(&op) || !(isPlain(&op) || sum) || !takes(&op))
        continue;
      SmallVector<Operation *> work = {&op};
      llvm::DenseSet<Operation *> way = {&op};
      bool possible = true;
      while (possible && !work.empty())
        for (Value operand : work.pop_back_val()->getOperands()) {
          Operation *def = operand.getDefiningOp();
          if (!def || group.ops.contains(def) || ways.lookup(def) == None)
            continue;
          if (ways.lookup(def) == ThroughCalls) {
            possible = false;
            break;
          }
          if (way.insert(def).second)
            work.push_back(def);
        }
      if (!possible || way.size() > longestWay)
        continue;
      group.ops.insert(way.begin(), way.end());
      takeProducers(group);
      changed = true;
      break;
    }
  }
}

/// Arithmetic that gives nothing but to the group, of no more numbers than it gives.
void RecurrenceGroups::takeCheap(Group &group) {
  auto isCheap = [](Operation *op) {
    if (auto map = dyn_cast<MapOp>(op))
      return llvm::is_contained(
          {Fn::Add, Fn::Sub, Fn::Mul, Fn::MulZ, Fn::Neg, Fn::Fma, Fn::Max, Fn::Min, Fn::Select, Fn::Abs}, map.getFn());
    return isa<BroadcastOp, RoundOp>(op);
  };
  auto ways = waysFrom(group);
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block))) {
    if (ways.lookup(&op) != None || isTaken(&op) || !isPlain(&op) || !isCheap(&op) || op.use_empty() ||
        !llvm::all_of(op.getUsers(), [&](Operation *user) { return group.ops.contains(user); }))
      continue;
    int64_t given = typeOf(op.getResult(0)).numElements(), taken = 0;
    llvm::DenseSet<Value> seen;
    for (Value operand : op.getOperands())
      if (typeOf(operand).isToken() && seen.insert(rootOf(operand)).second)
        taken += typeOf(operand).numElements();
    if (taken <= given)
      group.ops.insert(&op);
  }
}

/// A sum over the leading axis of the carries that leaves the group is finished outside: so that the recurrence can be
/// run for one index of the axis at a time.
void RecurrenceGroups::splitSums(Group &group) {
  StringRef name;
  for (Operation *op : inOrder(group.ops))
    if (auto carry = dyn_cast<CarryOp>(op); carry && name.empty() && typeOf(carry.getResult()).getAxes().size() > 1)
      name = typeOf(carry.getResult()).getAxes().front().getName();
  if (name.empty() || !group.wide)
    return;
  for (Operation *op : inOrder(group.ops)) {
    auto reduce = dyn_cast<ReduceOp>(op);
    auto dot = dyn_cast<DotOp>(op);
    if (!(reduce && reduce.getKind() == ReduceKind::Sum) && !(dot && !dot.getTokens()))
      continue;
    SmallVector<StringRef> rest;
    bool over = false;
    for (StringRef axis : strings(op->getAttrOfType<ArrayAttr>("axes"))) {
      over |= axis == name;
      if (axis != name)
        rest.push_back(axis);
    }
    Value result = op->getResult(0);
    if (!over || (reduce && rest.empty()) ||
        typeOf(result).numElements() * typeOf(op->getOperand(0)).sizeOf(name) >= group.wide ||
        llvm::any_of(op->getUsers(), [&](Operation *user) { return group.ops.contains(user); }))
      continue;
    ValueType operand = typeOf(op->getOperand(0)), type = typeOf(result);
    SmallVector<AxisAttr> axes = {AxisAttr::get(op->getContext(), name, operand.sizeOf(name))};
    llvm::append_range(axes, type.getAxes());
    builder.setInsertionPointAfter(op);
    auto whole = builder.create<ReduceOp>(op->getLoc(), type, ReduceKind::Sum, result, builder.getStrArrayAttr({name}));
    result.replaceAllUsesExcept(whole, whole);
    result.setType(type.withAxes(axes));
    op->setAttr("axes", builder.getStrArrayAttr(rest));
  }
}

void RecurrenceGroups::takeFinals(Group &group) {
  CarryPairs pairs(block);
  for (auto final : block.getOps<FinalOp>())
    if (group.ops.contains(pairs.carryOf(final.getNameAttr())))
      group.ops.insert(final);
}

LogicalResult RecurrenceGroups::find() {
  expandReads();
  std::vector<Group> backward;
  llvm::StringMap<int> forward; // the group of a carry
  for (const Cycle &cycle : cyclesOf(block)) {
    cycles.emplace_back(cycle.begin(), cycle.end());
    Group group;
    CarryOp carry;
    for (Operation *op : cycle) {
      if (auto each = dyn_cast<CarryOp>(op))
        carry = carry ? carry : each;
      else if (!isa<NextOp>(op) && !isPlain(op))
        return (op->emitOpError("stands in the cycle of the carry `")
                << carry.getName() << "`, which takes a loop over tokens; only row work can be compiled there so far")
                   .attachNote(carry.getLoc())
               << "the carry";
      group.ops.insert(op);
      inCycles.insert(op);
    }
    group.reverse = carry.getReverse();
    for (Operation *op : cycle)
      if (auto each = dyn_cast<CarryOp>(op); each && each.getReverse() != group.reverse)
        return each.emitOpError("depends on itself forward and backward in time");
    if (group.reverse) {
      backward.push_back(std::move(group));
      continue;
    }
    for (Operation *op : cycle)
      if (auto each = dyn_cast<CarryOp>(op))
        forward[each.getName()] = int(groups.size());
    groups.push_back(std::move(group));
  }
  for (Group &group : groups) {
    measure(group);
    takeProducers(group);
    takeConsumers(group);
  }
  size_t numForward = groups.size();
  for (Group &group : backward) {
    for (Operation *op : group.ops)
      if (auto carry = dyn_cast<CarryOp>(op)) {
        if (auto it = forward.find(primalName(carry.getName())); it != forward.end())
          group.forward = std::max(group.forward, it->second);
      }
    // Reverse cycles of one forward recurrence are one: they share what is computed again.
    auto other = llvm::find_if(llvm::drop_begin(groups, numForward), [&](const Group &g) {
      return group.forward >= 0 && g.forward == group.forward && groups[size_t(g.forward)].wide;
    });
    if (other != groups.end())
      other->ops.insert(group.ops.begin(), group.ops.end());
    else
      groups.push_back(std::move(group));
  }
  for (size_t i = numForward; i < groups.size(); ++i) {
    Group &group = groups[i];
    takeFinals(group);
    group.wide = group.forward >= 0 ? groups[size_t(group.forward)].wide : 0;
    if (!group.wide)
      measure(group);
    takeProducers(group);
    takeConsumers(group);
  }
  for (Group &group : groups) {
    splitSums(group);
    takeCheap(group);
  }
  return success();
}

/// A history that depends on a carry, and the carry on what is read of it, are row work like any other.
void RecurrenceGroups::expandReads() {
  for (bool changed = true; changed;) {
    changed = false;
    for (const Cycle &cycle : cyclesOf(block))
      for (Operation *op : cycle)
        if (auto read = dyn_cast<ReadOp>(op); read && isRowLocal(read) && !changed) {
          expandRead(read);
          changed = true;
          break;
        }
  }
}
