//===- DynamicAxes.cpp - axes whose size a kernel is given ----------------===//

#include "dialects/Braid/Analysis/DynamicAxes.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace braid::lang;

llvm::StringMap<int64_t> braid::lang::dynamicAxes(FuncOp func) {
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
