//===- LoopOrder.cpp - the order of the loops of a nest -------------------===//
//
// The vector axis is the one along which most of what the nest reads and writes is
// contiguous; axes that roots reduce are innermost.
//
//===----------------------------------------------------------------------===//

#include "Scheduler.h"

using namespace mlir;
using namespace braid::row;

/// The axis along which vectors suit memory of these axes: the innermost one, or the one outside it if that is
/// long and the innermost one so short that a vector would hold several of it.
static StringRef contiguous(ArrayRef<AxisAttr> axes) {
  SmallVector<AxisAttr> real;
  llvm::copy_if(axes, std::back_inserter(real), [](AxisAttr axis) { return axis.getSize() != 1; });
  if (real.empty())
    return "";
  if (real.size() > 1) {
    int64_t inner = real.back().getSize(), outer = real[real.size() - 2].getSize();
    if ((inner == 2 || inner == 4 || inner == 8) && outer >= 16)
      return real[real.size() - 2].getName();
  }
  return real.back().getName();
}

/// Adds to each axis of the nest the elements that are contiguous along it in the memory that `value` reads.
/// `from` says which axis of the nest steps through an axis of the value.
void Scheduler::score(Value value, llvm::StringMap<AxisAttr> from, llvm::MapVector<AxisAttr, int64_t> &scores,
                      DenseSet<Value> &seen, bool start) const {
  if (!start && !seen.insert(value).second)
    return;
  Operation *op = value.getDefiningOp();
  auto reads = [&](ArrayRef<AxisAttr> axes) {
    if (AxisAttr loop = from.lookup(contiguous(axes)))
      scores[loop] += extent(axes);
  };
  if ((kept.contains(value) && !start) || isa<LoadOp, StackOp, GatherOp>(op)) {
    reads(typeOf(value).getAxes());
    if (auto gather = dyn_cast<GatherOp>(op); gather && !(kept.contains(value) && !start))
      score(gather.getId(), {}, scores, seen, false);
    return;
  }
  auto renamed = [&](StringRef to, StringRef old) {
    llvm::StringMap<AxisAttr> map = from;
    map[to] = from.lookup(old);
    return map;
  };
  if (auto slice = dyn_cast<SliceOp>(op))
    return score(slice.getInput(), renamed(slice.getAxis(), slice.getAs().value_or("")), scores, seen, false);
  if (auto pad = dyn_cast<PadOp>(op))
    return score(pad.getInput(), pad.getFrom() ? renamed(*pad.getFrom(), pad.getAxis()) : from, scores, seen, false);
  if (auto concat = dyn_cast<ConcatOp>(op)) {
    for (auto [input, axis] : llvm::zip(concat.getInputs(), concat.getAxes()))
      score(input, renamed(cast<StringAttr>(axis).getValue(), concat.getAxis()), scores, seen, false);
    return;
  }
  if (auto view = dyn_cast<ViewOp>(op)) {
    llvm::StringMap<AxisAttr> map;
    for (const ViewGroup &group : groupsOf(view))
      map[group.input.back().getName()] = from.lookup(group.result.back().getName());
    return score(view.getInput(), map, scores, seen, false);
  }
  for (Value operand : op->getOperands())
    if (isa<ValueType>(operand.getType()))
      score(operand, from, scores, seen, false);
}

void Scheduler::orderLoops(Nest &nest) const {
  llvm::MapVector<AxisAttr, int64_t> scores;
  llvm::StringMap<AxisAttr> identity;
  for (AxisAttr axis : nest.loops)
    identity[axis.getName()] = axis;
  DenseSet<Value> seen;
  int64_t work = 0;
  for (const Root &root : nest.roots) {
    score(root.value, identity, scores, seen, root.value == root.kept());
    ArrayRef<AxisAttr> target = root.space;
    if (Value result = root.kept())
      target = typeOf(result).getAxes();
    if (AxisAttr axis = identity.lookup(contiguous(target)))
      scores[axis] += extent(target);
    for (auto [other, closure] : llvm::zip(roots, closures))
      if (other.op == root.op)
        work += closure.size();
  }
  for (auto [axis, count] : scores)
    if (axis.getSize() != 1 && (!nest.vector || count > scores[nest.vector]))
      nest.vector = axis;
  if (!nest.vector)
    for (AxisAttr axis : nest.loops)
      if (axis.getSize() != 1)
        nest.vector = axis;

  // Small axes beside long ones are enumerated in the body: what does not vary along them is read once, and
  // there is more to do at a time.
  if (nest.vector && (extent(nest.vector) >= 16 || extent(nest.loops) >= 256)) {
    int64_t copies = 1;
    for (AxisAttr axis : llvm::reverse(nest.loops))
      if (axis != nest.vector && !axis.isDynamic() && axis.getSize() <= 8 && copies * axis.getSize() <= 16 &&
          copies * axis.getSize() * work <= 512) {
        copies *= axis.getSize();
        nest.unrolled.insert(nest.unrolled.begin(), axis);
      }
  }

  // The axes that few roots reduce come first, those that all reduce last; the vector last among equals.
  SmallVector<AxisAttr> loops;
  for (AxisAttr axis : nest.loops)
    if (!llvm::is_contained(nest.unrolled, axis))
      loops.push_back(axis);
  auto reducers = [&](AxisAttr axis) {
    return llvm::count_if(nest.roots, [&](const Root &root) { return root.reduces(axis); });
  };
  insertionSort(loops, [&](AxisAttr a, AxisAttr b) {
    auto rank = [&](AxisAttr axis) { return std::pair(reducers(axis), axis == nest.vector); };
    return rank(a) < rank(b);
  });
  nest.loops = loops;
}
