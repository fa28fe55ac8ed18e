//===- FormRecurrences.cpp - carries to row recurrences -------------------===//
//
// The ops of a cycle become the region of one op, with all that touches its wide values
// (RecurrenceGroups.h). What is in no cycle stays outside, so that gradients of weights
// are one product over all tokens behind the loop.
//
//===----------------------------------------------------------------------===//

#include "dialects/Braid/Analysis/Values.h"
#include "dialects/Braid/IR/Carries.h"
#include "dialects/Braid/Transforms/Passes.h"
#include "dialects/Braid/Transforms/RecurrenceGroups.h"
#include "mlir/Analysis/TopologicalSortUtils.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace braid::lang {
#define GEN_PASS_DEF_BRAIDFORMRECURRENCES
#include "dialects/Braid/Transforms/Passes.h.inc"
} // namespace braid::lang

using namespace mlir;
using namespace braid::lang;

namespace {

class Former {
public:
  Former(FuncOp func, int64_t keep)
      : block(func.getBody().front()), builder(func.getContext()), keep(keep), found(block), groups(found.groups) {}
  LogicalResult run();

private:
  using Group = RecurrenceGroup;
  RecurOp build(size_t number);
  llvm::DenseSet<Operation *> neededFor(const SmallVector<Value> &values, const Group &group) const;

  Block &block;
  OpBuilder builder;
  int64_t keep;
  RecurrenceGroups found;
  std::vector<Group> &groups;
  llvm::DenseMap<StringAttr, Value> tapes; ///< of forward carries, by name
};

} // namespace

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

LogicalResult Former::run() {
  if (CarryPairs(block).empty())
    return success();
  if (failed(found.find()))
    return failure();
  // The reverse ones copy what the forward ones are made of: all of them first, then the old ops go.
  for (size_t i = 0; i < groups.size(); ++i)
    build(i);
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
