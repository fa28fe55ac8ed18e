//===- Memory.cpp - loads and stores of lanes -----------------------------===//

#include "KernelEmitter.h"
#include <numeric>

using namespace mlir;
using namespace braid::row;

enum Key : uintptr_t { kRow = 32, kEntry, kEntries, kPointer, kAddresses };

static uintptr_t id(Value value) { return reinterpret_cast<uintptr_t>(value.getAsOpaquePointer()); }

/// bf16 travels as its bits.
Type KernelEmitter::storedType(Storage storage) {
  return storage == Storage::F32 ? Type(b.getF32Type()) : b.getIntegerType(storage == Storage::BF16 ? 16 : 32);
}

Value KernelEmitter::rowAddress(Value argument) {
  auto buffer = cast<BufferType>(argument.getType());
  Value base = bases.lookup(argument);
  if (!buffer.getPerRow())
    return base;
  return remember(0, {kRow, id(argument)}, [&]() -> Value {
    Index size;
    size.constant = buffer.getParts();
    for (AxisAttr axis : buffer.getAxes())
      size = times(size, sizeOf(axis));
    Index rows;
    rows.dynamic = row;
    rows.align = 1;
    Index offset = times(rows, size);
    Value scalar = scalarOf(offset);
    enter(0);
    return b.create<LLVM::GEPOp>(loc, base.getType(), storedType(buffer.getStorage()), base, scalar);
  });
}

Value KernelEmitter::entryAddress(Value list, const Index &entry) {
  Value table = bases.lookup(list), pointer = elementPointer(table, entry, b.getI64Type(), entry.depth);
  enter(entry.depth);
  return b.create<LLVM::LoadOp>(loc, table.getType(), pointer);
}

KernelEmitter::Place KernelEmitter::placeAt(Value base, unsigned baseDepth, Storage storage, Index offset,
                                            int64_t elements) {
  Place place;
  place.base = base;
  place.offset = offset;
  place.storage = storage;
  place.depth = std::max(baseDepth, offset.depth);
  if (!offset.perLane && (offset.lanes == 0 || offset.lanes == 1))
    return place;
  // Lanes lie apart: an address for each, unless whole groups of neighbours can be read at a time.
  int64_t apart = offset.lanes;
  bool grouped = interleaves && !offset.perLane && (apart == 2 || apart == 4 || apart == 8) && elements % apart == 0 &&
                 (!offset.dynamic || offset.align % apart == 0) && offset.constant >= 0;
  if (!grouped)
    place.addresses = addressesOf(place);
  return place;
}

Value KernelEmitter::addressesOf(const Place &place) {
  Value lanes = lanesOf(place.offset);
  return remember(place.depth, {kAddresses, id(place.base), id(lanes), uintptr_t(place.storage)}, [&]() -> Value {
    enter(place.depth);
    auto type = vectorOf(b.getI64Type());
    Value start = broadcast(b.create<LLVM::PtrToIntOp>(loc, b.getI64Type(), place.base));
    Value bytes = b.create<arith::MulIOp>(loc, lanes, math.integer(type, storedBytes(place.storage)));
    return b.create<arith::AddIOp>(loc, start, bytes);
  });
}

static int64_t staticElements(ArrayRef<AxisAttr> axes) {
  int64_t elements = 1;
  for (AxisAttr axis : axes)
    elements *= axis.isDynamic() ? 1 : axis.getSize();
  return elements;
}

/// Of 16 bytes, as many as the length of a row is surely a multiple of.
static int64_t alignmentOfRows(ArrayRef<AxisAttr> axes, Storage storage) {
  int64_t bytes = storedBytes(storage);
  for (AxisAttr axis : axes)
    bytes *= axis.isDynamic() ? 1 : axis.getSize();
  return std::gcd<int64_t>(bytes, 16);
}

KernelEmitter::Place KernelEmitter::placeIn(Value argument, const Position &position) {
  if (auto buffer = dyn_cast<BufferType>(argument.getType())) {
    SmallVector<AxisAttr> axes = axesInMemory(argument);
    Place place = placeAt(rowAddress(argument), 0, buffer.getStorage(), offsetOf(axes, position), staticElements(axes));
    place.memory = argument;
    place.baseAlign = buffer.getPerRow() ? alignmentOfRows(buffer.getAxes(), buffer.getStorage()) : 16;
    return place;
  }

  auto list = cast<ListType>(argument.getType());
  const Index &entry = position.at(list.getAxis());
  Index offset = offsetOf(list.getAxes(), position);
  Value table = bases.lookup(argument);
  if (!entry.varies()) {
    Value base = remember(entry.depth, {kEntry, id(argument), id(entry.dynamic), uintptr_t(entry.constant)},
                          [&] { return entryAddress(argument, entry); });
    Place place = placeAt(base, entry.depth, list.getStorage(), offset, staticElements(list.getAxes()));
    place.memory = argument;
    place.baseAlign = alignmentOfRows(list.getAxes(), list.getStorage());
    return place;
  }
  // Every lane has an entry of its own.
  Place place;
  place.memory = argument;
  place.storage = list.getStorage();
  place.offset = offset;
  place.depth = std::max({entry.depth, offset.depth, position.maskDepth});
  Value lanes = lanesOf(offset), mask = position.mask;
  place.addresses = remember(
      place.depth,
      {kEntries, id(argument), id(entry.dynamic), uintptr_t(entry.constant), uintptr_t(entry.lanes), id(entry.perLane),
       id(lanes), id(mask)},
      [&]() -> Value {
        Value bases;
        auto type = vectorOf(b.getI64Type());
        if (!entry.perLane && entry.lanes == 1) {
          Value pointer = elementPointer(table, entry, b.getI64Type(), place.depth);
          enter(place.depth);
          if (mask)
            bases = b.create<LLVM::MaskedLoadOp>(loc, type, pointer, mask, ValueRange{math.integer(type, 0)}, 8);
          else
            bases = b.create<LLVM::LoadOp>(loc, type, pointer, 8);
        } else {
          Value index = lanesOf(entry);
          enter(place.depth);
          Value start = broadcast(b.create<LLVM::PtrToIntOp>(loc, b.getI64Type(), table));
          Value at = b.create<arith::AddIOp>(loc, start, b.create<arith::MulIOp>(loc, index, math.integer(type, 8)));
          Value pointers = b.create<LLVM::IntToPtrOp>(loc, LLVM::getFixedVectorType(table.getType(), width), at);
          Value all = mask ? mask : math.integer(vectorOf(b.getI1Type()), 1);
          bases = b.create<LLVM::masked_gather>(loc, type, pointers, all, ValueRange{math.integer(type, 0)}, 8);
        }
        enter(place.depth);
        Value bytes = b.create<arith::MulIOp>(loc, lanes, math.integer(type, storedBytes(list.getStorage())));
        return b.create<arith::AddIOp>(loc, bases, bytes);
      });
  return place;
}

KernelEmitter::Place KernelEmitter::placeInScratch(Value kept, const Position &position) {
  Storage storage = typeOf(kept).getElement() == Element::Real ? Storage::F32 : Storage::I32;
  Place place = placeAt(places.lookup(kept), 0, storage, offsetOf(typeOf(kept).getAxes(), position),
                        staticElements(typeOf(kept).getAxes()));
  place.memory = kept;
  place.baseAlign = 16;
  return place;
}

Value KernelEmitter::elementPointer(Value base, const Index &offset, Type type, unsigned depth) {
  if (!offset.dynamic && !offset.constant)
    return base;
  return remember(
      depth, {kPointer, id(base), id(offset.dynamic), uintptr_t(offset.constant), uintptr_t(type.getAsOpaquePointer())},
      [&]() -> Value {
        enter(depth);
        Value pointer = base;
        if (offset.dynamic)
          pointer = b.create<LLVM::GEPOp>(loc, base.getType(), type, pointer, offset.dynamic);
        if (offset.constant)
          pointer = b.create<LLVM::GEPOp>(loc, base.getType(), type, pointer,
                                          ArrayRef<LLVM::GEPArg>{int32_t(offset.constant)});
        return pointer;
      });
}

unsigned KernelEmitter::alignment(const Place &place) { return storedBytes(place.storage); }

Value KernelEmitter::pointersAt(const Place &place) {
  return b.create<LLVM::IntToPtrOp>(loc, LLVM::getFixedVectorType(LLVM::LLVMPointerType::get(b.getContext()), width),
                                    place.addresses);
}

/// bf16 bits as f32; an i32 as it is.
Value KernelEmitter::widen(Value raw) {
  Type element = getElementTypeOrSelf(raw.getType());
  if (!element.isInteger(16))
    return raw;
  Type i32 = VectorMath::withElement(raw.getType(), b.getI32Type()),
       f32 = VectorMath::withElement(raw.getType(), b.getF32Type());
  Value bits = b.create<arith::ExtUIOp>(loc, i32, raw);
  bits = b.create<arith::ShLIOp>(loc, bits, math.integer(i32, 16));
  return b.create<arith::BitcastOp>(loc, f32, bits);
}

/// The result of `narrow` that the value was widened from, or null. A bf16 from memory does not do: it may be a NaN
/// that is not quiet.
static Value narrowOf(Value value) {
  auto real = value.getDefiningOp<arith::BitcastOp>();
  auto shift = real ? real.getIn().getDefiningOp<arith::ShLIOp>() : arith::ShLIOp();
  auto wide = shift ? shift.getLhs().getDefiningOp<arith::ExtUIOp>() : arith::ExtUIOp();
  auto narrow = wide ? wide.getIn().getDefiningOp<arith::TruncIOp>() : arith::TruncIOp();
  return narrow && narrow.getIn().getDefiningOp<arith::SelectOp>() ? narrow.getOut() : Value();
}

/// f32 to the nearest bf16, ties to even; NaN stays a (quiet) NaN.
Value KernelEmitter::narrow(Value value) {
  if (Value known = narrowOf(value))
    return known;
  Type i32 = VectorMath::withElement(value.getType(), b.getI32Type()),
       i16 = VectorMath::withElement(value.getType(), b.getIntegerType(16));
  Value bits = b.create<arith::BitcastOp>(loc, i32, value);
  Value high = b.create<arith::ShRUIOp>(loc, bits, math.integer(i32, 16));
  Value odd = b.create<arith::AndIOp>(loc, high, math.integer(i32, 1));
  Value up = b.create<arith::AddIOp>(loc, b.create<arith::AddIOp>(loc, bits, odd), math.integer(i32, 0x7fff));
  Value rounded = b.create<arith::ShRUIOp>(loc, up, math.integer(i32, 16));
  Value quiet = b.create<arith::OrIOp>(loc, high, math.integer(i32, 0x40));
  Value isNaN = b.create<arith::CmpFOp>(loc, arith::CmpFPredicate::UNO, value, value);
  return b.create<arith::TruncIOp>(loc, i16, b.create<arith::SelectOp>(loc, isNaN, quiet, rounded));
}

Value KernelEmitter::load(const Place &place, const Position &position) {
  unsigned depth = std::max(place.depth, position.mask && place.varies() ? position.maskDepth : 0);
  Type element = storedType(place.storage);
  if (isInterleaved(place)) {
    if (!position.mask)
      return loadInterleaved(place, depth);
    Place apart = place;
    apart.addresses = addressesOf(place);
    return load(apart, position);
  }
  if (place.addresses) {
    enter(depth);
    auto type = vectorOf(element);
    Value all = position.mask ? position.mask : math.integer(vectorOf(b.getI1Type()), 1);
    Value zero = isa<FloatType>(element) ? math.number(type, 0) : math.integer(type, 0);
    return widen(
        b.create<LLVM::masked_gather>(loc, type, pointersAt(place), all, ValueRange{zero}, storedBytes(place.storage)));
  }
  Value pointer = elementPointer(place.base, place.offset, element, depth);
  enter(depth);
  if (!place.offset.lanes)
    return widen(b.create<LLVM::LoadOp>(loc, element, pointer, alignment(place)));
  auto type = vectorOf(element);
  if (!position.mask)
    return widen(b.create<LLVM::LoadOp>(loc, type, pointer, alignment(place)));
  Value zero = isa<FloatType>(element) ? math.number(type, 0) : math.integer(type, 0);
  return widen(
      b.create<LLVM::MaskedLoadOp>(loc, type, pointer, position.mask, ValueRange{zero}, storedBytes(place.storage)));
}

/// As it lies at the place.
Value KernelEmitter::stored(const Place &place, Value value) {
  if (place.varies())
    value = broadcast(value);
  if (place.storage == Storage::BF16)
    return narrow(value);
  if (getElementTypeOrSelf(value.getType()).isInteger(1))
    return b.create<arith::ExtUIOp>(loc, VectorMath::withElement(value.getType(), b.getI32Type()), value);
  return value;
}

void KernelEmitter::store(const Place &place, const Position &position, Value value) {
  Type element = storedType(place.storage);
  unsigned depth = innermost();
  Value pointer =
      place.addresses || isInterleaved(place) ? Value() : elementPointer(place.base, place.offset, element, depth);
  enter(depth);
  value = stored(place, value);
  if (isInterleaved(place) && !position.mask) {
    storeInterleaved(place, value);
  } else if (!pointer) {
    scatter(place, position.mask, value);
  } else if (place.varies() && position.mask) {
    b.create<LLVM::MaskedStoreOp>(loc, value, pointer, position.mask, storedBytes(place.storage));
  } else {
    b.create<LLVM::StoreOp>(loc, value, pointer, alignment(place));
  }
}

/// Stores every lane at its own address.
void KernelEmitter::scatter(const Place &place, Value mask, Value value) {
  Place apart = place;
  if (!apart.addresses)
    apart.addresses = addressesOf(place);
  enter(innermost());
  Value all = mask ? mask : math.integer(vectorOf(b.getI1Type()), 1);
  b.create<LLVM::masked_scatter>(loc, value, pointersAt(apart), all, storedBytes(place.storage));
}

void KernelEmitter::accumulate(const Place &place, const Position &position, Value value) {
  Place now = place;
  reading = Value();
  now.depth = innermost(); // not to be moved out of the loop: the sum changes
  Value old = load(now, position);
  if (place.varies())
    value = broadcast(value);
  store(place, position, math.add(old, value));
}
