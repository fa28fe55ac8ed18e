//===- Threads.cpp - what the threads of a row share ----------------------===//
//
// Reductions end in shuffles within a warp and, where a row has several warps, in an
// exchange through shared memory; every thread gets the same bits.
//
//===----------------------------------------------------------------------===//

#include "GpuEmitter.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace braid::row;

/// Names in the keys of remembered values; see Indices.cpp.
enum Key : uintptr_t { kPieceStart = 60, kInside };

void GpuEmitter::synchronise() {
  if (plan.threadsPerRow == 32)
    b.create<NVVM::SyncWarpOp>(loc, Value(b.create<LLVM::ConstantOp>(loc, b.getI32Type(), -1)));
  else if (isParallel())
    b.create<gpu::BarrierOp>(loc);
  if (innermost() == 0)
    sinceWait.clear();
}

int64_t GpuEmitter::lanesFor(const Nest &which) const {
  return findings.single.contains(unsigned(&which - schedule.nests().data())) ? 1 : lanesOfThread(kernel, which);
}

/// What is known of loops that are made from constants and sizes.
KernelEmitter::Runs GpuEmitter::runsInside(scf::ForOp loop) {
  if (hasNextRuns) {
    hasNextRuns = false;
    return nextRuns;
  }
  Runs runs = scopes.back().runs;
  auto number = [](Value value) -> std::optional<int64_t> {
    APInt constant;
    if (matchPattern(value, m_ConstantInt(&constant)))
      return constant.getSExtValue();
    return std::nullopt;
  };
  auto lower = number(loop.getLowerBound()), upper = number(loop.getUpperBound()), step = number(loop.getStep());
  if (lower == 0 && step == 1)
    for (auto &entry : dynamicSizes)
      if (entry.second == loop.getUpperBound()) {
        runs.axes.push_back(entry.first());
        return runs;
      }
  if (lower && upper && step)
    runs.count *= std::max<int64_t>(0, int64_t(llvm::divideCeil(*upper - *lower, *step)));
  else
    runs.known = false;
  return runs;
}

/// Full rounds of all threads first, several at once, then what is left for some of them. Rows that fit into
/// registers have no loop, so that every thread has its pieces for the whole row.
void GpuEmitter::emitVectorLoop(unsigned level) {
  AxisAttr axis = nest->vector;
  distributed = isParallel();
  if (isParallel() && width > 1) {
    Value factor = constant(width);
    pieceStart = remember(0, {kPieceStart, uintptr_t(width)}, [&]() -> Value {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointAfter(isFirst.getDefiningOp());
      return b.create<arith::MulIOp>(loc, thread, factor);
    });
  } else {
    pieceStart = isParallel() ? thread : Value();
  }
  if (axis.isDynamic()) {
    emitDynamicVectorLoop(level);
    distributed = false;
    return;
  }
  int64_t step = plan.threadsPerRow * width, size = axis.getSize(), full = size / step, done = 0, points = 1, many = 4;
  Index first;
  first.lanes = vectorised();
  first.align = width;
  first.dynamic = pieceStart;
  copyStep = step;
  for (AxisAttr each : nest->unrolled)
    points *= each.getSize();
  while (many > 1 && (many > full || many * points * int64_t(nest->roots.size()) > 12))
    many /= 2;
  bool again = llvm::count_if(schedule.nests(), [&](const Nest &other) { return other.vector == axis; }) > 1;
  bool inRegisters = again && int64_t(llvm::divideCeil(size, step)) * points <= std::max<int64_t>(plan.rounds, 4);
  while (done < full * step) {
    int64_t left = full - done / step, count = std::min<int64_t>(many, int64_t(llvm::bit_floor(uint64_t(left))));
    int64_t trips = inRegisters ? 1 : left / count;
    spread(count);
    if (trips == 1) {
      Index index = first;
      index.constant = done;
      emitChunk(level, index, count, Value());
      refillRing(index, count, Value());
    } else {
      Value lower = constant(done), upper = constant(done + trips * count * step);
      if (pieceStart) {
        enter(innermost());
        lower = done ? Value(b.create<arith::AddIOp>(loc, pieceStart, lower)) : pieceStart;
      }
      nextRuns = scopes.back().runs;
      nextRuns.count *= trips;
      hasNextRuns = true;
      loop(lower, upper, count * step, [&](Value iv) {
        Index index = first;
        index.dynamic = iv;
        index.depth = innermost();
        emitChunk(level, index, count, Value());
        refillRing(index, count, Value());
      });
    }
    gatherUp(count);
    done += trips * count * step;
  }
  if (done < size) { // less than a round is left: threads beyond the end load and store nothing
    Index index = first;
    index.constant = done;
    Value mask;
    if (pieceStart) {
      index.guarded = true;
      mask = remember(0, {kInside, uintptr_t(width), uintptr_t(done), uintptr_t(size)}, [&]() -> Value {
        Value limit = constant(size - done);
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPointAfter(pieceStart.getDefiningOp()->isBeforeInBlock(isFirst.getDefiningOp())
                                     ? isFirst.getDefiningOp()
                                     : pieceStart.getDefiningOp());
        return b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::slt, pieceStart, limit);
      });
      fractions[mask] = {(size - done) / width, plan.threadsPerRow};
    }
    emitChunk(level, index, 1, mask);
    refillRing(index, 1, mask);
  }
  distributed = false;
}

/// With whole pieces if the row begins at a multiple of 16 bytes, then single numbers.
void GpuEmitter::emitDynamicVectorLoop(unsigned level) {
  AxisAttr axis = nest->vector;
  Value size = dynamicSizes.lookup(axis.getName()), done;
  if (width > 1) {
    enter(innermost());
    Value lanes = constant(width), none = constant(0);
    Value start = b.create<arith::MulIOp>(loc, row, size);
    Value wide =
        b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::eq, b.create<arith::RemUIOp>(loc, start, lanes), none);
    Value whole = b.create<arith::SubIOp>(loc, size, b.create<arith::RemUIOp>(loc, size, lanes));
    done = b.create<arith::SelectOp>(loc, wide, whole, none);
    dynamicAligned = true;
    Index index;
    index.lanes = 1;
    index.align = width;
    int64_t step = plan.threadsPerRow * width;
    // These pieces and the single numbers below are the whole axis together.
    nextRuns = scopes.back().runs;
    nextRuns.per *= step;
    nextRuns.axes.push_back(axis.getName());
    hasNextRuns = true;
    loop(pieceStart ? pieceStart : none, done, step, [&](Value iv) {
      index.dynamic = iv;
      index.depth = innermost();
      emitChunk(level, index, 1, Value());
    });
    dynamicAligned = false;
    enter(innermost());
    for (Active &entry : active)
      for (Value &partial : entry.partial)
        if (isa<VectorType>(partial.getType()))
          partial = KernelEmitter::acrossLanes(cast<ReduceOp>(entry.root->op).getKind(), partial);
    width = 1;
  }
  Value lower = isParallel() ? thread : constant(0);
  enter(innermost());
  if (done)
    lower = b.create<arith::AddIOp>(loc, lower, done);
  nextRuns = scopes.back().runs;
  if (done) {
    nextRuns.count = 0;
  } else {
    nextRuns.per *= plan.threadsPerRow;
    nextRuns.axes.push_back(axis.getName());
  }
  hasNextRuns = true;
  loop(lower, size, plan.threadsPerRow, [&](Value iv) {
    Index index;
    index.dynamic = iv;
    index.depth = innermost();
    index.align = 1;
    emitChunk(level, index, 1, Value());
  });
}

//===----------------------------------------------------------------------===//
// Reductions.
//===----------------------------------------------------------------------===//

Value GpuEmitter::acrossWarp(ReduceKind kind, Value value, int64_t size) {
  for (int32_t offset = int32_t(size / 2); offset; offset /= 2) {
    auto shuffle = b.create<gpu::ShuffleOp>(loc, value, offset, 32, gpu::ShuffleMode::XOR);
    value = combine(kind, value, shuffle.getShuffleResult());
  }
  return value;
}

/// Outside of loops two areas take turns, so that one wait is enough: who writes to an area has passed the
/// wait of the other, which everybody reaches after having read this one.
void GpuEmitter::exchange(ArrayRef<ReduceOp> reductions, MutableArrayRef<Value> values) {
  int64_t warps = plan.threadsPerRow / 32, size = int64_t(llvm::PowerOf2Ceil(warps)), area = 0;
  if (innermost() == 0) {
    area = (exchanges++ % 2) * warps * exchangeValues;
  } else {
    synchronise();
    exchanges |= 1;
  }
  Value isLeader = b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::eq, lane, i64(0));
  auto placeOf = [&](int64_t number, Value which, Type type) -> Value {
    Value at = b.create<arith::AddIOp>(loc, which, i64(area + number * warps));
    return b.create<LLVM::GEPOp>(loc, exchangePlace.getType(), type, exchangePlace, at);
  };
  onlyIf(isLeader, [&] {
    for (auto [number, value] : llvm::enumerate(values))
      b.create<LLVM::StoreOp>(loc, value, placeOf(int64_t(number), warp, value.getType()));
  });
  synchronise();
  Value mine = b.create<arith::RemUIOp>(loc, lane, i64(size));
  Value exists = b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::ult, mine, i64(warps));
  Value from = b.create<arith::SelectOp>(loc, exists, mine, i64(0));
  for (auto [number, value] : llvm::enumerate(values)) {
    Type type = value.getType();
    Value other = b.create<LLVM::LoadOp>(loc, type, placeOf(int64_t(number), from, type));
    ReduceKind kind = ReduceOp(reductions[number]).getKind();
    other = b.create<arith::SelectOp>(loc, exists, other, identityOf(kind, type));
    value = acrossWarp(kind, other, size);
  }
}

void GpuEmitter::acrossLanes(ArrayRef<ReduceOp> reductions, MutableArrayRef<Value> partials) {
  for (auto [reduce, partial] : llvm::zip(reductions, partials)) {
    ReduceKind kind = ReduceOp(reduce).getKind();
    if (isa<VectorType>(partial.getType()))
      partial = KernelEmitter::acrossLanes(kind, partial);
    if (isParallel())
      partial = acrossWarp(kind, partial);
  }
  if (plan.threadsPerRow <= 32)
    return;
  if (innermost() > 0) {
    auto isLater = [&](ReduceOp reduce) { return partialPlaces.contains(reduce.getResult()); };
    if (llvm::all_of(reductions, isLater))
      return pending.insert(reductions.begin(), reductions.end());
    for (auto [reduce, partial] : llvm::zip(reductions, partials))
      if (partial.getType().isF32())
        inLoops.insert(reduce);
  }
  while (!reductions.empty()) {
    size_t count = std::min<size_t>(exchangeValues, reductions.size());
    exchange(reductions.take_front(count), partials.take_front(count));
    reductions = reductions.drop_front(count), partials = partials.drop_front(count);
  }
}

void GpuEmitter::storePartial(const Place &place, Value value) {
  Index offset = times(place.offset, plan.threadsPerRow / 32);
  Value base = partialPlaces.lookup(place.memory), number = scalarOf(offset);
  enter(innermost());
  Value isLeader = b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::eq, lane, i64(0));
  onlyIf(isLeader, [&] {
    Value at = b.create<arith::AddIOp>(loc, number, warp);
    b.create<LLVM::StoreOp>(loc, value, Value(b.create<LLVM::GEPOp>(loc, base.getType(), b.getF32Type(), base, at)));
  });
}

/// Every thread takes numbers of its own, and adds neighbours first.
void GpuEmitter::combinePartials() {
  if (pending.empty())
    return;
  enter(0);
  synchronise();
  int64_t warps = plan.threadsPerRow / 32;
  Type pointer = args.getType(), real = b.getF32Type();
  for (ReduceOp reduce : pending) {
    Value from = partialPlaces.lookup(reduce.getResult()), to = places.lookup(reduce.getResult());
    plainLoop(thread, numbersOf(typeOf(reduce.getResult()).getAxes()), plan.threadsPerRow, [&](Value which) {
      Value first =
          b.create<LLVM::GEPOp>(loc, pointer, real, from, Value(b.create<arith::MulIOp>(loc, which, i64(warps))));
      SmallVector<Value> terms;
      for (int32_t each = 0; each < warps; ++each)
        terms.push_back(b.create<LLVM::LoadOp>(
            loc, real, Value(b.create<LLVM::GEPOp>(loc, pointer, real, first, ArrayRef<LLVM::GEPArg>{each}))));
      while (terms.size() > 1) {
        SmallVector<Value> sums;
        for (size_t i = 0; i + 1 < terms.size(); i += 2)
          sums.push_back(combine(reduce.getKind(), terms[i], terms[i + 1]));
        if (terms.size() % 2)
          sums.push_back(terms.back());
        terms = std::move(sums);
      }
      b.create<LLVM::StoreOp>(loc, terms.front(), Value(b.create<LLVM::GEPOp>(loc, pointer, real, to, which)));
    });
  }
  pending.clear();
}
