//===- Threads.cpp - what the threads of a row share ----------------------===//
//
// Reductions end in shuffles within a warp and, where a row has several warps, in an
// exchange through shared memory; every thread gets the same bits.
//
//===----------------------------------------------------------------------===//

#include "GpuEmitter.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>

using namespace mlir;
using namespace braid::row;

void GpuEmitter::synchronise() {
  if (plan.threadsPerRow == 32)
    b.create<NVVM::SyncWarpOp>(loc, Value(b.create<LLVM::ConstantOp>(loc, b.getI32Type(), -1)));
  else if (isParallel())
    b.create<gpu::BarrierOp>(loc);
}

void GpuEmitter::onlyIf(Value condition, function_ref<void()> body) {
  auto branch = b.create<scf::IfOp>(loc, condition, false);
  b.setInsertionPointToStart(branch.thenBlock());
  body();
  b.setInsertionPointAfter(branch);
}

int64_t GpuEmitter::lanesFor(const Nest &which) const {
  return single.contains(unsigned(&which - schedule.nests().data())) ? 1 : lanesOfThread(kernel, which);
}

void GpuEmitter::once(Value at, Value upper, function_ref<void(Value)> body) {
  SmallVector<Value> carried;
  for (Active &entry : active)
    llvm::append_range(carried, entry.partial);
  enter(innermost());
  Value inside = b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::slt, at, upper);
  auto made = b.create<scf::IfOp>(loc, ValueRange(carried).getTypes(), inside, !carried.empty());
  Block *block = made.thenBlock();
  if (!block->empty())
    block->back().erase();
  if (!carried.empty()) {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToEnd(made.elseBlock());
    b.create<scf::YieldOp>(loc, carried);
  }
  unsigned outer = innermost();
  scopes[outer].anchor = made;
  scopes.push_back({block, nullptr, {}});
  enter(innermost());
  body(at);
  SmallVector<Value> results;
  for (Active &entry : active)
    llvm::append_range(results, entry.partial);
  enter(innermost());
  b.create<scf::YieldOp>(loc, results);
  scopes.pop_back();
  scopes[outer].anchor = nullptr;
  size_t next = 0;
  for (Active &entry : active)
    for (Value &partial : entry.partial)
      partial = made.getResult(next++);
}

/// Full rounds of all threads first, several at once, then what is left for some of them.
void GpuEmitter::emitVectorLoop(unsigned level) {
  AxisAttr axis = nest->vector;
  int64_t step = plan.threadsPerRow * width;
  distributed = isParallel();
  Index first;
  first.lanes = vectorised();
  first.align = width;
  Value start;
  if (isParallel()) {
    start = thread;
    if (width > 1) {
      Value factor = constant(width);
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointAfter(isFirst.getDefiningOp());
      start = b.create<arith::MulIOp>(loc, thread, factor);
    }
  }
  auto plusStart = [&](int64_t offset) -> Value {
    Value at = constant(offset);
    if (!start)
      return at;
    enter(innermost());
    return offset ? Value(b.create<arith::AddIOp>(loc, start, at)) : start;
  };
  auto rounds = [&](Value lower, Value upper, int64_t count) {
    loop(lower, upper, count * step, [&](Value iv) {
      Index index = first;
      index.dynamic = iv;
      index.depth = innermost();
      emitChunk(level, index, count, Value());
    });
  };
  copyStep = step;
  if (axis.isDynamic()) {
    rounds(plusStart(0), dynamicSizes.lookup(axis.getName()), 1);
  } else {
    int64_t size = axis.getSize(), full = size / step, done = 0, points = 1, many = 4;
    for (AxisAttr each : nest->unrolled)
      points *= each.getSize();
    while (many > 1 && (many > full || many * points * int64_t(nest->roots.size()) > 12))
      many /= 2;
    for (int64_t count : {many, int64_t(1)}) {
      int64_t trips = (full * step - done) / (count * step);
      if (!trips || (count == 1 && many == 1 && done))
        continue;
      spread(count);
      if (trips == 1) {
        Index index = first;
        index.dynamic = start;
        index.constant = done;
        emitChunk(level, index, count, Value());
      } else {
        rounds(plusStart(done), constant(done + trips * count * step), count);
      }
      gatherUp(count);
      done += trips * count * step;
    }
    if (done < size) // less than a round is left
      once(plusStart(done), constant(size), [&](Value at) {
        Index index = first;
        index.dynamic = at;
        index.depth = innermost();
        emitChunk(level, index, 1, Value());
      });
  }
  distributed = false;
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

void GpuEmitter::exchange(ArrayRef<ReduceKind> kinds, MutableArrayRef<Value> values) {
  int64_t warps = plan.threadsPerRow / 32, size = int64_t(llvm::PowerOf2Ceil(warps));
  Value isLeader = b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::eq, lane, i64(0));
  auto placeOf = [&](int64_t number, Value which, Type type) -> Value {
    Value at = b.create<arith::AddIOp>(loc, which, i64(number * warps));
    return b.create<LLVM::GEPOp>(loc, exchangePlace.getType(), type, exchangePlace, at);
  };
  synchronise(); // what an earlier exchange left there has been read
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
    other = b.create<arith::SelectOp>(loc, exists, other, identityOf(kinds[number], type));
    value = acrossWarp(kinds[number], other, size);
  }
}

void GpuEmitter::acrossLanes(ArrayRef<ReduceKind> kinds, MutableArrayRef<Value> partials) {
  for (auto [kind, partial] : llvm::zip(kinds, partials)) {
    if (isa<VectorType>(partial.getType()))
      partial = KernelEmitter::acrossLanes(kind, partial);
    if (isParallel())
      partial = acrossWarp(kind, partial);
  }
  if (plan.threadsPerRow <= 32)
    return;
  while (!kinds.empty()) {
    size_t count = std::min<size_t>(exchangeValues, kinds.size());
    exchange(kinds.take_front(count), partials.take_front(count));
    kinds = kinds.drop_front(count), partials = partials.drop_front(count);
  }
}

//===----------------------------------------------------------------------===//
// Memory.
//===----------------------------------------------------------------------===//

unsigned GpuEmitter::alignment(const Place &place) {
  int64_t bytes = place.storage == Storage::BF16 ? 2 : 4, align = place.baseAlign;
  if (place.offset.dynamic)
    align = std::gcd(align, place.offset.align * bytes);
  if (place.offset.constant)
    align = std::gcd(align, place.offset.constant * bytes);
  return unsigned(std::max(align, bytes));
}

Value GpuEmitter::pointersAt(const Place &place) {
  if (nest)
    apart.insert(currentNest());
  return KernelEmitter::pointersAt(place);
}

/// What all threads have computed is written by the first.
void GpuEmitter::store(const Place &place, const Position &position, Value value) {
  if (!isParallel() || distributed)
    return KernelEmitter::store(place, position, value);
  Value pointer = elementPointer(place.base, place.offset, storedType(place.storage), innermost());
  enter(innermost());
  if (place.storage == Storage::BF16)
    value = narrow(value);
  else if (value.getType().isInteger(1))
    value = b.create<arith::ExtUIOp>(loc, b.getI32Type(), value);
  if (inPlace) // others may not have read yet what is written here
    synchronise();
  onlyIf(isFirst, [&] { b.create<LLVM::StoreOp>(loc, value, pointer); });
}

void GpuEmitter::accumulate(const Place &place, const Position &position, Value value) {
  if (!isParallel() || distributed)
    return KernelEmitter::accumulate(place, position, value);
  Value pointer = elementPointer(place.base, place.offset, b.getF32Type(), innermost());
  enter(innermost());
  onlyIf(isFirst, [&] {
    Value old = b.create<LLVM::LoadOp>(loc, b.getF32Type(), pointer);
    b.create<LLVM::StoreOp>(loc, math.add(old, value), pointer);
  });
}
