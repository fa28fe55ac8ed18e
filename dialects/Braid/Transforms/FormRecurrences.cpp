//===- FormRecurrences.cpp - carries to row recurrences -------------------===//
//
// The ops of a cycle become the region of one op, with all that touches its wide values.
// What is in no cycle stays outside, so that gradients of weights are one product over all
// tokens behind the loop.
//
//===----------------------------------------------------------------------===//

#include "dialects/Braid/Analysis/Cycles.h"
#include "dialects/Braid/Analysis/Levels.h"
#include "dialects/Braid/Analysis/Values.h"
#include "dialects/Braid/IR/Carries.h"
#include "dialects/Braid/Transforms/ExpandReads.h"
#include "dialects/Braid/Transforms/Passes.h"
#include "mlir/Analysis/TopologicalSortUtils.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace braid::lang {
#define GEN_PASS_DEF_BRAIDFORMRECURRENCES
#include "dialects/Braid/Transforms/Passes.h.inc"
} // namespace braid::lang

using namespace mlir;
using namespace braid::lang;

namespace {

/// What becomes one recurrence.
struct Group {
  llvm::DenseSet<Operation *> ops;
  bool reverse = false;
  int64_t wide = 0; ///< values of the token with so many numbers are wide; 0: none is
  int forward = -1; ///< of a reverse one: the group whose wide values it may need
  bool isWide(Value value) const {
    ValueType type = typeOf(value);
    return wide && type.isToken() && type.isReal() && type.numElements() >= wide;
  }
  /// An op makes or takes a wide value, wherever it stands.
  bool touchesWide(Operation *op) const {
    auto is = [&](Value value) { return isWide(value); };
    return llvm::any_of(op->getOperands(), is) || llvm::any_of(op->getResults(), is);
  }
};

class Former {
public:
  Former(FuncOp func, int64_t keep) : block(func.getBody().front()), builder(func.getContext()), keep(keep) {}
  LogicalResult run();

private:
  void expandReads();
  LogicalResult findGroups();
  void measure(Group &group) const;
  void takeProducers(Group &group);
  void takeConsumers(Group &group);
  void takeCheap(Group &group);
  void takeFinals(Group &group);
  void splitSums(Group &group);
  /// How what an op is made of depends on the group, on ways that leave it.
  enum Way { None, ThroughRows, ThroughCalls };
  llvm::DenseMap<Operation *, Way> waysFrom(const Group &group) const;
  bool isTaken(Operation *op) const {
    return inCycles.contains(op) || llvm::any_of(groups, [&](const Group &group) { return group.ops.contains(op); });
  }
  RecurOp build(size_t number);
  SmallVector<Operation *> inOrder(const llvm::DenseSet<Operation *> &ops) const;
  llvm::DenseSet<Operation *> neededFor(const SmallVector<Value> &values, const Group &group) const;

  Block &block;
  OpBuilder builder;
  int64_t keep;
  std::vector<llvm::DenseSet<Operation *>> cycles;
  llvm::DenseSet<Operation *> inCycles;
  std::vector<Group> groups; ///< forward ones first
  std::vector<RecurOp> made;
  llvm::DenseMap<StringAttr, Value> tapes; ///< of forward carries, by name
};

} // namespace

/// Row work that can stand in a recurrence: its operands are values of this token, its results too.
static bool isPlain(Operation *op) {
  return llvm::is_contained({Role::Row, Role::View}, roleOf(op)) && op->getNumRegions() == 0 &&
         !op->hasTrait<EndsKernel>() && worksPerToken(op);
}

SmallVector<Operation *> Former::inOrder(const llvm::DenseSet<Operation *> &ops) const {
  SmallVector<Operation *> list(ops.begin(), ops.end());
  llvm::sort(list, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  return list;
}

/// A carry is wide if what is left in it is spread out of fewer numbers, as an outer product is; not where its numbers
/// come from a product of matrices, and are in memory.
void Former::measure(Group &group) const {
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

llvm::DenseMap<Operation *, Former::Way> Former::waysFrom(const Group &group) const {
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
void Former::takeProducers(Group &group) {
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
void Former::takeConsumers(Group &group) {
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
    for (Operation &op : block) {
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
void Former::takeCheap(Group &group) {
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
void Former::splitSums(Group &group) {
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

void Former::takeFinals(Group &group) {
  CarryPairs pairs(block);
  for (auto final : block.getOps<FinalOp>())
    if (group.ops.contains(pairs.carryOf(final.getNameAttr())))
      group.ops.insert(final);
}

LogicalResult Former::findGroups() {
  std::vector<Group> backward;
  for (const Cycle &cycle : cyclesOf(block))
    cycles.emplace_back(cycle.begin(), cycle.end());
  llvm::StringMap<int> forward; // the group of a carry
  for (const Cycle &cycle : cyclesOf(block)) {
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
        StringRef name = carry.getName();
        name.consume_back(".grad");
        if (auto it = forward.find(name); it != forward.end())
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

/// The ops of the group that the values are made by, carries and what is left in them included.
llvm::DenseSet<Operation *> Former::neededFor(const SmallVector<Value> &values, const Group &group) const {
  CarryPairs pairs(block);
  llvm::DenseSet<Operation *> needed;
  SmallVector<Operation *> work;
  auto want = [&](Operation *op) {
    if (op && group.ops.contains(op) && needed.insert(op).second)
      work.push_back(op);
  };
  for (Value value : values)
    want(value.getDefiningOp());
  while (!work.empty()) {
    Operation *op = work.pop_back_val();
    for (Value operand : op->getOperands())
      want(operand.getDefiningOp());
    if (auto carry = dyn_cast<CarryOp>(op))
      want(pairs.nextOf(carry));
  }
  return needed;
}

/// Made of nothing, whatever its axes: not in memory anywhere.
static bool isOfNothing(Value value) { return isFree(rootOf(value).getDefiningOp()); }

/// The value where the builder stands, made anew with the views of it.
static Value madeAnew(OpBuilder &builder, Value value, IRMapping &mapping) {
  if (Value known = mapping.lookupOrNull(value))
    return known;
  Operation *op = value.getDefiningOp();
  for (Value operand : op->getOperands())
    madeAnew(builder, operand, mapping);
  return builder.clone(*op, mapping)->getResult(0);
}

/// Moves copies of the group's ops into a recurrence; what used their results uses its.
RecurOp Former::build(size_t number) {
  Group &group = groups[number];
  SmallVector<Operation *> ops = inOrder(group.ops);
  const Group *from = group.forward >= 0 ? &groups[size_t(group.forward)] : nullptr;
  auto defined = [&](Value value, const llvm::DenseSet<Operation *> &in) {
    return value.getDefiningOp() && in.contains(value.getDefiningOp());
  };

  // Wide values of the forward recurrence are computed again, with all that they are made of.
  SmallVector<Value> again;
  if (from && from->wide)
    for (Operation *op : ops)
      for (Value operand : op->getOperands())
        if (from->isWide(operand) && defined(operand, from->ops) && !llvm::is_contained(again, operand))
          again.push_back(operand);
  llvm::DenseSet<Operation *> replayed = from ? neededFor(again, *from) : llvm::DenseSet<Operation *>();
  bool isReplayed = group.reverse ? false : llvm::any_of(groups, [&](const Group &other) {
    return other.forward == int(number) && group.wide && llvm::any_of(other.ops, [&](Operation *op) {
             return llvm::any_of(op->getOperands(), [&](Value v) { return group.isWide(v) && defined(v, group.ops); });
           });
  });

  // What carries begin with is read from memory.
  for (Operation *op : ops)
    if (auto carry = dyn_cast<CarryOp>(op);
        carry && carry.getInit() && !isZero(carry.getInit()) && isOfNothing(carry.getInit())) {
      builder.setInsertionPoint(carry);
      carry.getInitMutable().assign(
          builder.create<BroadcastOp>(carry.getLoc(), carry.getInit().getType(), carry.getInit()));
    }

  SmallVector<Value> captures;
  auto capture = [&](Operation *op, const llvm::DenseSet<Operation *> &in, ArrayRef<Value> known) {
    for (Value operand : op->getOperands()) {
      bool inside = defined(operand, in) || llvm::is_contained(known, operand);
      if (!inside && !isOfNothing(operand) && !(isa<CarryOp>(op) && isZero(operand)) &&
          !llvm::is_contained(captures, operand))
        captures.push_back(operand);
    }
  };
  SmallVector<Operation *> first = inOrder(replayed);
  for (Operation *op : first)
    capture(op, replayed, {});
  for (Operation *op : ops)
    capture(op, group.ops, again);

  // What is used outside: by no reverse recurrence that computes it again.
  SmallVector<Value> yielded;
  for (Operation *op : ops)
    for (Value result : op->getResults())
      if (llvm::any_of(result.getUsers(), [&](Operation *user) {
            if (group.ops.contains(user))
              return false;
            bool replays = group.isWide(result) && !group.reverse && llvm::any_of(groups, [&](const Group &other) {
                             return other.forward == int(number) && other.ops.contains(user);
                           });
            return !replays;
          }))
        yielded.push_back(result);

  // Free values are made anew where they are used.
  auto cloneInto = [&](Block &to, ArrayRef<Operation *> list, IRMapping &mapping) {
    builder.setInsertionPointToEnd(&to);
    for (Operation *op : list) {
      if (auto carry = dyn_cast<CarryOp>(op)) {
        Value init = carry.getInit() && !isZero(carry.getInit()) ? carry.getInit() : Value();
        auto copy = builder.create<CarryOp>(carry.getLoc(), carry.getType(), carry.getNameAttr(),
                                            mapping.lookupOrNull(init), carry.getReverse(), carry.getRemembered());
        mapping.map(carry.getResult(), copy.getResult());
        continue;
      }
      for (Value operand : op->getOperands())
        if (isOfNothing(operand))
          madeAnew(builder, operand, mapping);
      builder.clone(*op, mapping);
    }
  };
  auto yieldFrom = [&](Block &to, ArrayRef<Value> values, IRMapping &mapping) {
    SmallVector<Value> mapped;
    for (Value value : values)
      mapped.push_back(mapping.lookup(value));
    builder.setInsertionPointToEnd(&to);
    builder.create<YieldOp>(ops.front()->getLoc(), mapped);
  };

  SmallVector<Type> types;
  for (Value value : yielded)
    types.push_back(value.getType());
  SmallVector<StringAttr> carries;
  for (Operation *op : ops)
    if (auto carry = dyn_cast<CarryOp>(op)) {
      carries.push_back(carry.getNameAttr());
      if (isReplayed)
        types.push_back(RecurOp::tapeType(typeOf(carry.getResult()), keep));
    }
  SmallVector<Value> tapeOperands;
  for (Operation *op : first)
    if (auto carry = dyn_cast<CarryOp>(op))
      tapeOperands.push_back(tapes.lookup(carry.getNameAttr()));

  builder.setInsertionPointAfter(ops.back());
  Location loc = ops.front()->getLoc();
  for (Operation *op : ops)
    if (isa<CarryOp>(op)) {
      loc = op->getLoc();
      break;
    }
  auto recur = builder.create<RecurOp>(loc, types, captures, tapeOperands, group.reverse,
                                       isReplayed || !again.empty() ? builder.getI64IntegerAttr(keep) : IntegerAttr());
  Block &body = recur.getBody().emplaceBlock();
  auto addArguments = [&](Block &to, ValueRange values, IRMapping &mapping) {
    for (Value value : values)
      mapping.map(value, to.addArgument(value.getType(), value.getLoc()));
  };
  if (!again.empty()) {
    Block &replay = recur.getReplay().emplaceBlock();
    IRMapping mapping;
    addArguments(replay, captures, mapping);
    cloneInto(replay, first, mapping);
    yieldFrom(replay, again, mapping);
  }
  IRMapping mapping;
  addArguments(body, captures, mapping);
  addArguments(body, again, mapping);
  cloneInto(body, ops, mapping);
  yieldFrom(body, yielded, mapping);
  for (auto [value, output] : llvm::zip(yielded, recur.getOutputs()))
    value.replaceUsesWithIf(output, [&](OpOperand &use) { return !group.ops.contains(use.getOwner()); });
  if (isReplayed)
    for (auto [name, tape] : llvm::zip(carries, recur.getOutputs().drop_front(yielded.size())))
      tapes[name] = tape;
  return recur;
}

/// A history that depends on a carry, and the carry on what is read of it, are row work like any other.
void Former::expandReads() {
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

LogicalResult Former::run() {
  if (CarryPairs(block).empty())
    return success();
  expandReads();
  if (failed(findGroups()))
    return failure();
  // The reverse ones copy what the forward ones are made of: all of them first, then the old ops go.
  for (size_t i = 0; i < groups.size(); ++i)
    made.push_back(build(i));
  for (const Group &group : groups) {
    SmallVector<Operation *> old = inOrder(group.ops);
    for (Operation *op : llvm::reverse(old)) {
      op->dropAllUses();
      op->erase();
    }
  }
  SmallVector<Operation *> rest;
  for (Operation &op : block)
    rest.push_back(&op);
  for (Operation *op : llvm::reverse(rest)) // whose values the recurrences have copies of
    if (isOpTriviallyDead(op))
      op->erase();
  if (!sortTopologically(&block))
    return block.getParentOp()->emitOpError("a recurrence would need what is made of it (internal error)");
  return success();
}

namespace {
struct FormRecurrences : public braid::lang::impl::BraidFormRecurrencesBase<FormRecurrences> {
  using BraidFormRecurrencesBase::BraidFormRecurrencesBase;
  void runOnOperation() override {
    if (keep < 1) {
      getOperation().emitError("`keep` is a number of tokens");
      return signalPassFailure();
    }
    for (auto func : getOperation().getOps<FuncOp>())
      if (failed(Former(func, keep).run()))
        return signalPassFailure();
  }
};
} // namespace
