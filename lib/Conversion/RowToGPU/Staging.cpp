//===- Staging.cpp - a row's inputs in shared memory ----------------------===//
//
// What several nests read, or in another order than it lies in memory, is copied once,
// with as wide accesses as its alignment allows and all of them in flight together
// (cp.async). Numbers keep their storage.
//
//===----------------------------------------------------------------------===//

#include "GpuEmitter.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include <numeric>

using namespace mlir;
using namespace braid::row;

void GpuEmitter::copyAsync(Value from, Value to, int64_t bytes) {
  auto shared = LLVM::LLVMPointerType::get(b.getContext(), 3), global = LLVM::LLVMPointerType::get(b.getContext(), 1);
  auto cache =
      bytes == 16 ? NVVM::LoadCacheModifierKind::CG : NVVM::LoadCacheModifierKind::CA; // past L1 where that is possible
  Value target = b.create<LLVM::AddrSpaceCastOp>(loc, shared, to),
        source = b.create<LLVM::AddrSpaceCastOp>(loc, global, from);
  b.create<NVVM::CpAsyncOp>(loc, target, source, int32_t(bytes), cache, Value());
}

/// Copies a row of `bytes`, both sides at multiples of `align`, by all threads of the row.
void GpuEmitter::copyRow(Value from, Value to, int64_t bytes, int64_t align) {
  Type pointer = args.getType(), i8 = b.getI8Type();
  int64_t wide = std::min<int64_t>(align, 16), threads = plan.threadsPerRow;
  auto at = [&](Value base, Value offset) -> Value { return b.create<LLVM::GEPOp>(loc, pointer, i8, base, offset); };
  auto copy = [&](Value offset) {
    Value source = at(from, offset), target = at(to, offset);
    if (wide >= 4) {
      copyAsync(source, target, wide);
      return;
    }
    Type half = b.getIntegerType(16);
    b.create<LLVM::StoreOp>(loc, Value(b.create<LLVM::LoadOp>(loc, half, source)), target);
  };
  Value first = b.create<arith::MulIOp>(loc, thread, i64(wide));
  int64_t step = threads * wide, full = bytes / step;
  if (full <= 8)
    for (int64_t round = 0; round < full; ++round)
      copy(b.create<arith::AddIOp>(loc, first, i64(round * step)));
  else
    plainLoop(first, i64(full * step), step, copy); // a thread's first is below one step
  if (full * step < bytes) {
    Value offset = b.create<arith::AddIOp>(loc, first, i64(full * step));
    onlyIf(b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::slt, offset, i64(bytes)), [&] { copy(offset); });
  }
}

Value GpuEmitter::sourceOf(Value buffer) {
  auto gather = dyn_cast<GatherOp>(*buffer.getUsers().begin());
  Value base = KernelEmitter::rowAddress(buffer);
  if (!gather)
    return base;
  // The entry 0 stands for what is outside, as in computeGather.
  auto type = cast<BufferType>(buffer.getType());
  Value id = evaluate(gather.getId(), Position()), size = scalarOf(sizeOf(type.getAxes()[0]));
  int64_t numbers = 1;
  for (AxisAttr axis : neededAxes(kernel, buffer))
    numbers *= axis.getSize();
  enter(0);
  Value wide = b.create<arith::ExtSIOp>(loc, b.getI64Type(), id);
  Value inside = b.create<arith::CmpIOp>(loc, arith::CmpIPredicate::ult, wide, size);
  Value which = b.create<arith::SelectOp>(loc, inside, wide, i64(0));
  return b.create<LLVM::GEPOp>(loc, base.getType(), storedType(type.getStorage()), base,
                               Value(b.create<arith::MulIOp>(loc, which, i64(numbers))));
}

void GpuEmitter::emitStaging() {
  SmallVector<Placed> copies;
  llvm::copy_if(plan.shared, std::back_inserter(copies), [&](const Placed &each) { return isStaged(each.first); });
  emitCopies(copies);
}

/// An argument in memory that something else has used is copied when a nest needs it. For the waits around, that nest
/// then writes the memory.
void GpuEmitter::planLateCopies() {
  for (const Sharing &each : plan.sharing)
    if (isStaged(each.value)) {
      unsigned first = 0;
      while (!uses[first].reads.contains(each.value) && !uses[first].writes.contains(each.value))
        ++first;
      uses[first].writes.insert(each.value);
      lateCopies[first].push_back({each.value, each.extent});
    }
}

void GpuEmitter::emitCopies(ArrayRef<Placed> copies) {
  if (copies.empty())
    return;
  enter(0);
  for (auto &[value, extent] : copies) {
    traffic.loads[value].push_back(neededBytes(kernel, value));
    if (auto buffer = dyn_cast<BufferType>(value.getType())) {
      int64_t bytes = extent.bytes;
      copyRow(sourceOf(value), places.lookup(value), bytes, std::gcd<int64_t>(bytes, 16));
      continue;
    }
    auto list = cast<ListType>(value.getType());
    int64_t bytes = entryBytes(value);
    Type pointer = args.getType();
    plainLoop(i64(0), dynamicSizes.lookup(list.getAxis()), 1, [&](Value which) {
      unlessForwarded(value, which, [&] {
        Value from = b.create<LLVM::IntToPtrOp>(loc, pointer, addressInList(value, which, row));
        Value to = b.create<LLVM::GEPOp>(loc, pointer, b.getI8Type(), places.lookup(value),
                                         Value(b.create<arith::MulIOp>(loc, which, i64(bytes))));
        copyRow(from, to, bytes, std::gcd<int64_t>(bytes, 16));
      });
    });
  }
  b.create<NVVM::CpAsyncCommitGroupOp>(loc);
  b.create<NVVM::CpAsyncWaitGroupOp>(loc, 0);
  synchronise();
}
