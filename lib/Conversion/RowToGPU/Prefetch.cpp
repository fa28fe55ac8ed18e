//===- Prefetch.cpp - the next row's history while this one is computed ---===//
//
// Where the entries of a row leave no room for a second block on the multiprocessor,
// nothing would be loaded while the block computes. Its shared memory is then a ring of
// slots, one for an entry: the entries of all its rows go through it one after another,
// and what the current row does not take up already holds the first entries of the next.
//
// A thread copies the pieces that it reads itself, so it waits for its own copies only, and
// once the last nest that reads a piece is past it, overwrites it with the piece of a later
// entry: a copy that is issued after a read of the same thread reaches shared memory after it.
//
// With n entries and s slots in use (at most 2n), of the rows i, i + 1 and i + 2 of a block:
//
//   at the start of row i  its entries are awaited; s - n entries of row i + 1 are in flight
//   while i is computed    the other 2n - s entries of row i + 1 are issued, as slots get free
//   at its end             the first s - n entries of row i + 2
//
//===----------------------------------------------------------------------===//

#include "GpuEmitter.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

using namespace mlir;
using namespace braid::row;

/// If the list can be prefetched: every nest that reads it, or stores what is forwarded to it, gives the pieces to the
/// threads in the same way. The last nest is the one that frees slots.
bool GpuEmitter::mayPrefetch(Value list) {
  auto type = dyn_cast<ListType>(list.getType());
  auto found = readers.find(list);
  if (!type || type.getAxes().size() != 1 || type.getAxes()[0].isDynamic() || plan.threadsPerRow <= 32 ||
      found == readers.end())
    return false;
  AxisAttr axis = type.getAxes()[0];
  int64_t lanes = 0;
  for (unsigned which : found->second) {
    const Nest &each = schedule.nests()[which];
    if (each.vector != axis || isOverLanes(each) || (lanes && lanesFor(each) != lanes))
      return false;
    lanes = lanesFor(each);
  }
  for (const Forward &forward : launches.forwards)
    for (const Nest &each : schedule.nests())
      for (const Root &root : each.roots)
        if (forward.list == list && isa<StoreOp>(root.op) && root.op->getOperand(1) == forward.stored &&
            (each.vector != axis || isOverLanes(each) || lanesFor(each) != lanes))
          return false;
  int64_t piece = lanes * storedBytes(type.getStorage());
  if (piece % 16 && piece != 4 && piece != 8)
    return false;
  return !movesAlong(kernel, axis);
}

void GpuEmitter::emitRing() {
  const Ring &ring = *plan.ring;
  auto type = cast<ListType>(ring.list.getType());
  ringEntries = dynamicSizes.lookup(type.getAxis());
  Value twice = b.create<arith::AddIOp>(loc, ringEntries, ringEntries);
  ringSlots = b.create<arith::MinSIOp>(loc, twice, i64(ring.slots));
  ringAhead = b.create<arith::SubIOp>(loc, ringSlots, ringEntries);
  ringLate = b.create<arith::SubIOp>(loc, ringEntries, ringAhead);
}

Value GpuEmitter::ringSlot(Value entry) {
  Value slot = b.create<arith::AddIOp>(loc, ringPhase, entry);
  Value wrapped = b.create<arith::SubIOp>(loc, slot, ringSlots);
  Value inside = b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::slt, slot, ringSlots);
  return b.create<arith::SelectOp>(loc, inside, slot, wrapped);
}

Value GpuEmitter::ringAddress(Value slot) {
  Value offset = b.create<arith::MulIOp>(loc, slot, i64(plan.ring->entryBytes));
  return b.create<LLVM::GEPOp>(loc, args.getType(), b.getI8Type(), places.lookup(plan.ring->list), offset);
}

/// Issues copies of pieces of `count` entries of the row `of`, from `entry` on, into slots from that of the current
/// row's entry `into` on; of none if there is no such row. `pieces` issues those of one entry, given both addresses.
void GpuEmitter::issueEntries(Value of, Value entry, Value into, Value count, function_ref<void(Value, Value)> pieces) {
  Value list = plan.ring->list;
  Value exists = b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::slt, of, rowCount);
  Value upper = b.create<arith::SelectOp>(loc, exists, count, i64(0));
  plainLoop(i64(0), upper, 1, [&](Value each) {
    Value which = b.create<arith::AddIOp>(loc, entry, each);
    unlessForwarded(list, which, [&] {
      Value from = b.create<LLVM::IntToPtrOp>(loc, args.getType(), addressInList(list, which, of));
      pieces(from, ringAddress(ringSlot(b.create<arith::AddIOp>(loc, into, each))));
    });
  });
}

/// The piece of the thread that begins at number `first` of an entry.
void GpuEmitter::copyPiece(Value from, Value to, Value first, Value mask) {
  auto type = cast<ListType>(plan.ring->list.getType());
  int64_t number = storedBytes(type.getStorage()), bytes = plan.ring->lanes * number,
          step = std::min<int64_t>(bytes, 16);
  auto issue = [&] {
    Value start = b.create<arith::MulIOp>(loc, first, i64(number));
    for (int64_t at = 0; at < bytes; at += step) {
      Value offset = at ? Value(b.create<arith::AddIOp>(loc, start, i64(at))) : start;
      auto place = [&](Value base) -> Value {
        return b.create<LLVM::GEPOp>(loc, args.getType(), b.getI8Type(), base, offset);
      };
      copyAsync(place(from), place(to), step);
    }
  };
  if (mask)
    onlyIf(mask, issue);
  else
    issue();
}

/// All pieces that the thread has of an entry.
void GpuEmitter::copyPieces(Value from, Value to) {
  int64_t size = cast<ListType>(plan.ring->list.getType()).getAxes()[0].getSize(), lanes = plan.ring->lanes;
  int64_t step = plan.threadsPerRow * lanes, full = size / step * step;
  Value first = b.create<arith::MulIOp>(loc, thread, i64(lanes));
  plainLoop(first, i64(full), step, [&](Value at) { copyPiece(from, to, at, Value()); });
  if (full < size) {
    Value at = b.create<arith::AddIOp>(loc, first, i64(full));
    copyPiece(from, to, at, b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::slt, at, i64(size)));
  }
}

static void commit(OpBuilder &b, Location loc) { b.create<NVVM::CpAsyncCommitGroupOp>(loc); }

void GpuEmitter::startRing() {
  ringPhase = i64(0);
  auto all = [&](Value from, Value to) { copyPieces(from, to); };
  issueEntries(group, i64(0), i64(0), ringEntries, all);
  commit(b, loc);
  issueEntries(b.create<arith::AddIOp>(loc, group, groups), i64(0), ringEntries, ringAhead, all);
  commit(b, loc);
}

/// Only what was issued last may still be on its way: it belongs to the next row.
void GpuEmitter::awaitRing() {
  traffic.loads[plan.ring->list].push_back(neededBytes(kernel, plan.ring->list));
  b.create<NVVM::CpAsyncWaitGroupOp>(loc, 1);
}

/// The pieces of a chunk are past their last use. No-op in other nests.
void GpuEmitter::refillRing(const Index &index, int64_t count, Value mask) {
  if (!plan.ring || currentNest() != plan.ring->lastReader || nest->loops.front() != nest->vector)
    return;
  enter(innermost());
  SmallVector<Value> firsts;
  for (int64_t copy = 0; copy < count; ++copy)
    firsts.push_back(scalarOf(plus(index, copy * copyStep)));
  enter(innermost());
  issueEntries(b.create<arith::AddIOp>(loc, row, groups), ringAhead, i64(0), ringLate, [&](Value from, Value to) {
    for (Value first : firsts)
      copyPiece(from, to, first, mask);
  });
}

/// After the last nest that reads entries.
void GpuEmitter::finishRing() {
  const Nest &last = schedule.nests()[plan.ring->lastReader];
  auto all = [&](Value from, Value to) { copyPieces(from, to); };
  Value next = b.create<arith::AddIOp>(loc, row, groups);
  if (last.loops.front() != last.vector)
    issueEntries(next, ringAhead, i64(0), ringLate, all);
  commit(b, loc);
  issueEntries(b.create<arith::AddIOp>(loc, next, groups), i64(0), ringLate, ringAhead, all);
  commit(b, loc);
}
