//===- TinyNests.cpp - nests with no more points than a warp has lanes ----===//
//
// Gates and mixing matrices of a few lanes by a few lanes: every point is a lane of the
// warp (and of every other warp of the row, and of the lanes that are left, which compute
// the same). An axis has the same bits of the lane's number in all nests, so what one
// computes the next finds in its registers, and a sum over an axis is a few shuffles
// after which all have it.
//
//===----------------------------------------------------------------------===//

#include "GpuEmitter.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace braid::row;

enum Key : uintptr_t { kBits = 70, kWriter };

static int64_t bitsOf(AxisAttr axis) { return llvm::Log2_64(uint64_t(axis.getSize())); }

static bool isTiny(const Nest &nest) {
  int64_t points = 1;
  for (ArrayRef<AxisAttr> axes : {ArrayRef<AxisAttr>(nest.loops), ArrayRef<AxisAttr>(nest.unrolled)})
    for (AxisAttr axis : axes) {
      if (axis.isDynamic() || !llvm::isPowerOf2_64(uint64_t(axis.getSize())))
        return false;
      points *= axis.getSize();
    }
  return points > 1 && points <= 32;
}

static SmallVector<AxisAttr> axesOf(const Nest &nest) {
  SmallVector<AxisAttr> axes(nest.loops);
  llvm::append_range(axes, nest.unrolled);
  return axes;
}

/// Gives every axis of tiny nests its bits: those that no axis beside it has. A nest whose axes find none is not tiny.
void GpuEmitter::assignBits() {
  if (!isParallel())
    return;
  llvm::MapVector<AxisAttr, llvm::SmallSetVector<AxisAttr, 4>> beside;
  for (const Nest &each : schedule.nests())
    if (isTiny(each))
      for (AxisAttr axis : axesOf(each))
        for (AxisAttr other : axesOf(each))
          beside[axis].insert(other);
  for (auto &[axis, others] : beside) {
    unsigned taken = 0;
    for (AxisAttr other : others)
      if (auto found = axisBits.find(other); found != axisBits.end() && other != axis)
        taken |= ((1u << bitsOf(other)) - 1) << found->second;
    unsigned mine = (1u << bitsOf(axis)) - 1, at = 0;
    while (at + bitsOf(axis) <= 5 && (taken & mine << at))
      ++at;
    if (at + bitsOf(axis) <= 5)
      axisBits[axis] = at;
  }
}

bool GpuEmitter::isOverLanes(const Nest &which) const {
  return isParallel() && isTiny(which) &&
         llvm::all_of(axesOf(which), [&](AxisAttr axis) { return axisBits.contains(axis); });
}

void GpuEmitter::emitNest(const Nest &which) {
  if (!isOverLanes(which)) {
    KernelEmitter::emitNest(which);
    return combinePartials();
  }
  nest = &which;
  here = Position();
  copies = 1, copyStep = 1, width = 1;
  math.setCalls(false);
  unsigned used = 0;
  for (AxisAttr axis : axesOf(which)) {
    unsigned at = axisBits.lookup(axis), mine = (1u << bitsOf(axis)) - 1;
    used |= mine << at;
    Index index;
    index.align = 1;
    index.dynamic = remember(0, {kBits, at, mine}, [&]() -> Value {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointAfter(isFirst.getDefiningOp());
      return b.create<arith::AndIOp>(loc, b.create<arith::ShRUIOp>(loc, lane, i64(at)), i64(mine));
    });
    if (mine)
      here.set(axis.getName(), index);
    else
      here.set(axis.getName(), Index());
  }
  // Of all threads that have the same number, the first writes.
  Value all = isFirst;
  auto setWriter = [&](unsigned bits) {
    isFirst = remember(0, {kWriter, bits}, [&]() -> Value {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointAfter(all.getDefiningOp());
      Value others = b.create<arith::AndIOp>(loc, thread, i64(~int64_t(bits)));
      return b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::eq, others, i64(0));
    });
    writers = int64_t(1) << llvm::popcount(bits);
  };
  for (const Root &root : which.roots) {
    if (auto reduce = dyn_cast<ReduceOp>(root.op); reduce && root.kept() != root.value) {
      Value value = evaluate(root.value, here);
      enter(0);
      unsigned left = used;
      for (AxisAttr axis : root.reduced) {
        left &= ~(((1u << bitsOf(axis)) - 1) << axisBits.lookup(axis));
        for (int64_t bit = 0; bit < bitsOf(axis); ++bit) {
          auto shuffle = b.create<gpu::ShuffleOp>(loc, value, int32_t(1) << (axisBits.lookup(axis) + bit), 32,
                                                  gpu::ShuffleMode::XOR);
          value = combine(reduce.getKind(), value, shuffle.getShuffleResult());
        }
      }
      setWriter(left);
      keep(reduce.getResult(), value);
    } else if (Value result = root.kept()) {
      setWriter(used);
      keep(result, compute(result, here, depthOf(result, here)));
    } else {
      setWriter(used);
      Value value = evaluate(root.value, here);
      Place place = placeIn(root.op->getOperand(1), here);
      enter(0);
      if (isa<AccumulateOp>(root.op))
        accumulate(place, here, value);
      else
        store(place, here, value);
    }
  }
  isFirst = all;
  writers = 1;
  nest = nullptr;
}

void GpuEmitter::keep(Value result, Value computed) {
  if (typeOf(result).getAxes().empty()) {
    scalars[result] = computed;
    return;
  }
  store(placeInScratch(result, here), here, computed);
  kept(result, here, computed);
}
