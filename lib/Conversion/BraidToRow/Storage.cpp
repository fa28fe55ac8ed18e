//===- Storage.cpp - how each value is stored -----------------------------===//

#include "Storage.h"
#include "dialects/Braid/Analysis/Values.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace braid::ir;

namespace braid::convert {

bool isRounded(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op) {
    // A region's argument: a list of entries, or a capture.
    auto argument = cast<BlockArgument>(value);
    auto read = dyn_cast<ReadOp>(argument.getOwner()->getParentOp());
    if (!read)
      return false;
    int64_t i = argument.getArgNumber(), groups = read.getGroups();
    if (i >= groups)
      return isRounded(read.getCaptures()[i - groups]);
    return llvm::all_of(groupOf(read, i), isRounded);
  }
  if (op->hasTrait<MovesNumbers>() || isa<PadOp>(op))
    return isRounded(op->getOperand(0));
  if (auto gather = dyn_cast<GatherOp>(op))
    return isRounded(gather.getTable());
  if (auto concat = dyn_cast<ConcatOp>(op))
    return llvm::all_of(concat.getInputs(), isRounded);
  if (auto round = dyn_cast<RoundOp>(op))
    return round.getPrecision() == Precision::BF16;
  if (isa<ReadOp>(op))
    return isRounded(yieldOf(cast<OpResult>(value)).first);
  if (op->hasAttr("narrow"))
    return isa<DotOp>(op) || value == op->getResult(0);
  return isZero(value);
}

Storage::Storage(FuncOp func) {
  llvm::EquivalenceClasses<void *> lists; // of values, by their addresses
  SmallVector<Value> order;
  DenseSet<Value> wide;
  auto join = [&](ValueRange values) {
    Value first;
    for (Value value : values) {
      if (isZero(value))
        continue;
      Value root = rootOf(value);
      if (first)
        lists.unionSets(first.getAsOpaquePointer(), root.getAsOpaquePointer());
      else
        first = root;
    }
  };
  func.walk([&](Operation *op) {
    if (op->getParentOp() != func)
      return;
    for (Value result : op->getResults())
      if (!isView(op)) {
        order.push_back(result);
        lists.insert(result.getAsOpaquePointer());
        if (isLeaf(op) || !isRounded(result))
          wide.insert(result);
      }
    if (isa<OutputOp>(op))
      wide.insert(rootOf(op->getOperand(0)));
    auto read = dyn_cast<ReadOp>(op);
    if (!read)
      return;
    for (int64_t group = 0; group < int64_t(read.getGroups()); ++group)
      join(groupOf(read, group));
    unsigned next = 0;
    for (int64_t i = 0, e = read.body()->getTerminator()->getNumOperands(); i < e; ++i) {
      unsigned count = read.isUnstacked(i) ? read.length() : 1;
      if (read.isUnstacked(i))
        join(read.getOutputs().slice(next, count));
      next += count;
    }
  });
  DenseSet<void *> wideLists;
  for (Value value : wide)
    wideLists.insert(lists.getLeaderValue(value.getAsOpaquePointer()));
  for (Value value : order)
    formats[value] = typeOf(value).isId() ? Format::I32
                     : typeOf(value).isBool() || wideLists.contains(lists.getLeaderValue(value.getAsOpaquePointer()))
                         ? Format::F32
                         : Format::BF16;
}

Format Storage::of(Value value) const { return formats.lookup(rootOf(value)); }

void narrowCalls(FuncOp func) {
  if (func.getBody().front().getOps<RoundOp>().empty())
    return;
  Storage storage(func);
  auto onlyRounded = [&](auto self, Value value, SmallVectorImpl<RoundOp> &rounds) -> bool {
    return llvm::all_of(value.getUsers(), [&](Operation *user) {
      if (isView(user))
        return self(self, user->getResult(0), rounds);
      auto round = dyn_cast<RoundOp>(user);
      if (!round || round.getPrecision() != Precision::BF16 || storage.of(round.getResult()) != Format::BF16)
        return false;
      rounds.push_back(round);
      return true;
    });
  };
  for (Operation &op : func.getBody().front()) {
    if (!isa<DotOp, AttendOp>(op) || !isCall(&op))
      continue;
    SmallVector<RoundOp> rounds;
    if (!onlyRounded(onlyRounded, op.getResult(0), rounds) || rounds.empty())
      continue;
    op.setAttr("narrow", UnitAttr::get(op.getContext()));
    for (RoundOp round : rounds) {
      round.getResult().replaceAllUsesWith(round.getInput());
      round.erase();
    }
  }
}

llvm::StringMap<int64_t> dynamicAxes(FuncOp func) {
  llvm::StringMap<int64_t> dynamic;
  llvm::StringSet<> fixed;
  SmallVector<Operation *> ops;
  func.walk([&](Operation *op) {
    if (auto read = dyn_cast<ReadOp>(op))
      dynamic[read.getAxis()] = read.length();
    if (isa<RenameOp, SplitOp, JoinOp, ConcatOp, SliceOp, PadOp>(op))
      ops.push_back(op);
  });
  // What a split, a join or a concatenation makes or consumes keeps its size, as does a part that is cut out or
  // filled up; so does what is renamed to or from it.
  for (Operation *op : ops) {
    ValueType to = typeOf(op->getResult(0));
    if (auto slice = dyn_cast<SliceOp>(op)) {
      if (slice.getAs() && int64_t(slice.getSize()) != typeOf(slice.getInput()).sizeOf(slice.getAxis()))
        fixed.insert(*slice.getAs());
    } else if (auto pad = dyn_cast<PadOp>(op)) {
      if (pad.getFrom() && typeOf(pad.getInput()).sizeOf(*pad.getFrom()) != to.sizeOf(pad.getAxis()))
        fixed.insert(*pad.getFrom());
    } else if (auto concat = dyn_cast<ConcatOp>(op)) {
      fixed.insert(concat.getAxis());
      for (StringRef part : strings(concat.getAxes()))
        fixed.insert(part);
    } else if (isa<SplitOp, JoinOp>(op)) {
      ValueType from = typeOf(op->getOperand(0));
      for (AxisAttr axis : from.getAxes())
        if (!to.has(axis.getName()))
          fixed.insert(axis.getName());
      for (AxisAttr axis : to.getAxes())
        if (!from.has(axis.getName()))
          fixed.insert(axis.getName());
    }
  }
  for (bool changed = true; changed;) {
    changed = false;
    auto spread = [&](StringRef from, StringRef to, int64_t size) {
      if (fixed.contains(from))
        changed |= fixed.insert(to).second;
      if (dynamic.contains(from))
        changed |= dynamic.try_emplace(to, size).second;
    };
    for (Operation *op : ops) {
      if (auto rename = dyn_cast<RenameOp>(op)) {
        for (auto [from, to] : llvm::zip(strings(rename.getFrom()), strings(rename.getTo()))) {
          int64_t size = typeOf(rename.getInput()).sizeOf(from);
          spread(from, to, size);
          spread(to, from, size);
        }
      } else if (auto slice = dyn_cast<SliceOp>(op)) {
        // A slice of everything is a renaming.
        int64_t size = typeOf(slice.getInput()).sizeOf(slice.getAxis());
        if (slice.getAs() && int64_t(slice.getSize()) == size)
          spread(slice.getAxis(), *slice.getAs(), size), spread(*slice.getAs(), slice.getAxis(), size);
      } else if (auto pad = dyn_cast<PadOp>(op)) {
        int64_t size = typeOf(pad.getResult()).sizeOf(pad.getAxis());
        if (pad.getFrom() && typeOf(pad.getInput()).sizeOf(*pad.getFrom()) == size)
          spread(pad.getAxis(), *pad.getFrom(), size), spread(*pad.getFrom(), pad.getAxis(), size);
      }
    }
  }
  for (const auto &axis : fixed)
    dynamic.erase(axis.getKey());
  return dynamic;
}

} // namespace braid::convert
