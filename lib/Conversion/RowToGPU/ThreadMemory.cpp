//===- ThreadMemory.cpp - loads and stores of one thread ------------------===//
//
// Every load and store of an argument is counted where it is emitted.
//
//===----------------------------------------------------------------------===//

#include "GpuEmitter.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include <numeric>

using namespace mlir;
using namespace braid::row;

unsigned GpuEmitter::alignment(const Place &place) {
  int64_t bytes = storedBytes(place.storage), align = dynamicAligned ? 16 : place.baseAlign;
  if (place.offset.dynamic)
    align = std::gcd(align, place.offset.align * bytes);
  if (place.offset.constant)
    align = std::gcd(align, place.offset.constant * bytes);
  return unsigned(std::max(align, bytes));
}

Value GpuEmitter::rowAddress(Value argument) {
  return isStaged(argument) ? places.lookup(argument) : KernelEmitter::rowAddress(argument);
}

SmallVector<AxisAttr> GpuEmitter::axesInMemory(Value argument) {
  return isStaged(argument) ? neededAxes(kernel, argument) : KernelEmitter::axesInMemory(argument);
}

/// Where the row `of` begins in the list's entry `which`, as a number, by the list's table.
Value GpuEmitter::addressInList(Value list, Value which, Value of) {
  Type pointer = args.getType(), integer = b.getI64Type();
  Value word = b.create<LLVM::GEPOp>(loc, pointer, integer, bases.lookup(list),
                                     Value(b.create<arith::AddIOp>(loc, which, which)));
  Value base = b.create<LLVM::LoadOp>(loc, integer, word);
  Value stride = b.create<LLVM::LoadOp>(
      loc, integer, Value(b.create<LLVM::GEPOp>(loc, pointer, integer, word, ArrayRef<LLVM::GEPArg>{1})));
  return b.create<arith::AddIOp>(loc, base, b.create<arith::MulIOp>(loc, of, stride));
}

Value GpuEmitter::entryAddress(Value list, const Index &which) {
  Type pointer = args.getType();
  auto type = cast<ListType>(list.getType());
  if (isStaged(list) && nest)
    readers[list].insert(currentNest());
  if (plan.isInRing(list)) {
    Value entry = scalarOf(which);
    enter(which.depth);
    return ringAddress(ringSlot(entry));
  }
  if (isStaged(list)) {
    Index numbers;
    numbers.constant = 1;
    for (AxisAttr axis : type.getAxes())
      numbers = times(numbers, sizeOf(axis));
    Value offset = scalarOf(times(which, numbers));
    enter(which.depth);
    return b.create<LLVM::GEPOp>(loc, pointer, storedType(type.getStorage()), places.lookup(list), offset);
  }
  Value number = scalarOf(which);
  enter(which.depth);
  // A thread outside of the axis accesses nothing, but looks for an address all the same.
  if (which.guarded)
    number = b.create<arith::MinUIOp>(loc, number,
                                      Value(b.create<arith::SubIOp>(loc, dynamicSizes.lookup(type.getAxis()), i64(1))));
  Value address = addressInList(list, number, row);
  // By way of the global address space, so that accesses are known to be global.
  auto global = LLVM::LLVMPointerType::get(b.getContext(), 1);
  return b.create<LLVM::AddrSpaceCastOp>(loc, pointer, Value(b.create<LLVM::IntToPtrOp>(loc, global, address)));
}

void GpuEmitter::count(Value memory, bool isStore, unsigned depth, int64_t numbers, Value mask, bool once) {
  bool isArgument = isa<BlockArgument>(memory);
  if (isArgument && plan.isShared(memory))
    return;
  const Runs &runs = scopes[depth].runs;
  Amount amount;
  amount.known = runs.known;
  amount.count = runs.count * numbers;
  if (once)
    amount.count *= writers;
  amount.per = runs.per * (once ? plan.threadsPerRow : 1);
  for (StringRef axis : runs.axes)
    for (auto [i, name] : llvm::enumerate(kernel.getDynamic()))
      if (cast<StringAttr>(name).getValue() == axis)
        amount.sizes.push_back(int64_t(i));
  Storage storage = Storage::F32;
  if (auto buffer = dyn_cast<BufferType>(memory.getType()))
    storage = buffer.getStorage();
  else if (auto list = dyn_cast<ListType>(memory.getType()))
    storage = list.getStorage();
  amount.count *= storedBytes(storage);
  if (mask) {
    auto [part, of] = fractions.lookup(mask);
    amount.known &= of != 0;
    amount.count *= part, amount.per *= std::max<int64_t>(of, 1);
  }
  (isStore ? traffic.stores : traffic.loads)[memory].push_back(amount);
}

Value GpuEmitter::load(const Place &place, const Position &position) {
  Type element = storedType(place.storage);
  if (place.addresses || (position.mask && isa<VectorType>(position.mask.getType()))) {
    apart.insert(currentNest()); // this code will be thrown away
    Type type = vectorOf(element.isInteger(16) ? b.getF32Type() : element);
    return isa<FloatType>(getElementTypeOrSelf(type)) ? math.number(type, 0) : math.integer(type, 0);
  }
  bool guarded = isGuarded(place, position);
  unsigned depth = std::max(place.depth, guarded ? position.maskDepth : 0);
  count(place.memory, false, depth, place.offset.lanes ? width : 1, guarded ? position.mask : Value());
  if (!guarded) {
    Position open = position;
    open.mask = Value();
    return KernelEmitter::load(place, open);
  }
  Value pointer = elementPointer(place.base, place.offset, element, depth);
  enter(depth);
  Type type = place.offset.lanes ? Type(vectorOf(element)) : element;
  Value zero = isa<FloatType>(element) ? math.number(type, 0) : math.integer(type, 0);
  auto branch = b.create<scf::IfOp>(
      loc, position.mask,
      [&](OpBuilder &inner, Location) {
        inner.create<scf::YieldOp>(loc, Value(inner.create<LLVM::LoadOp>(loc, type, pointer, alignment(place))));
      },
      [&](OpBuilder &inner, Location) { inner.create<scf::YieldOp>(loc, zero); });
  return widen(branch.getResult(0));
}

void GpuEmitter::store(const Place &place, const Position &position, Value value) {
  storeAlone(place, position, value);
  forwardStore(place, position, value);
}

/// What all threads have computed is written by the first.
void GpuEmitter::storeAlone(const Place &place, const Position &position, Value value) {
  if (findings.inRegisters.contains(place.memory))
    return;
  if (auto reduce = place.memory.getDefiningOp<ReduceOp>(); reduce && pending.contains(reduce))
    return storePartial(place, value);
  if (place.addresses || (position.mask && isa<VectorType>(position.mask.getType()))) {
    apart.insert(currentNest());
    return;
  }
  bool shared = isParallel() && !distributed, guarded = isGuarded(place, position);
  count(place.memory, true, innermost(), place.varies() ? width : 1, guarded ? position.mask : Value(), shared);
  if (!shared && !guarded) {
    Position open = position;
    open.mask = Value();
    return KernelEmitter::store(place, open, value);
  }
  Value pointer = elementPointer(place.base, place.offset, storedType(place.storage), innermost());
  enter(innermost());
  value = stored(place, value);
  if (shared && isa<BlockArgument>(place.memory) &&
      isReadInPlace(place.memory)) // others may not have read yet what is written here
    synchronise();
  onlyIf(guarded ? position.mask : isFirst, [&] { b.create<LLVM::StoreOp>(loc, value, pointer, alignment(place)); });
}

void GpuEmitter::accumulate(const Place &place, const Position &position, Value value) {
  if (!isParallel() || distributed)
    return KernelEmitter::accumulate(place, position, value);
  count(place.memory, false, innermost(), 1, Value(), true);
  count(place.memory, true, innermost(), 1, Value(), true);
  Value pointer = elementPointer(place.base, place.offset, b.getF32Type(), innermost());
  enter(innermost());
  onlyIf(isFirst, [&] {
    Value old = b.create<LLVM::LoadOp>(loc, b.getF32Type(), pointer);
    b.create<LLVM::StoreOp>(loc, math.add(old, value), pointer);
  });
}

/// A thread that has computed a value for the whole row finds it in its registers.
void GpuEmitter::kept(Value value, const Position &position, Value computed) {
  if (innermost() != 0 || findings.inMemory.contains(value))
    return;
  if (width > 1 && varies(value, position))
    computed = broadcast(computed);
  scopes[0].known[keyOf(value, position)] = computed;
}
