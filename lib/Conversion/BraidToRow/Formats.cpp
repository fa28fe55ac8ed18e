//===- Formats.cpp - how each value is stored -----------------------------===//

#include "Formats.h"
#include "dialects/Braid/Analysis/Values.h"
#include "llvm/ADT/EquivalenceClasses.h"

using namespace mlir;
using namespace braid::lang;

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
    return value == op->getResult(0);
  return isZero(value);
}

Formats::Formats(FuncOp func) {
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

Format Formats::of(Value value) const { return formats.lookup(rootOf(value)); }

} // namespace braid::convert
