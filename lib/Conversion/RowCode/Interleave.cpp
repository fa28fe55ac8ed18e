//===- Interleave.cpp - lanes that lie a few elements apart ---------------===//
//
// In memory of the axes [dim, lane: 4], the elements of one lane along `dim` lie four
// apart. Where the body enumerates `lane`, all four are wanted: they are read as
// four neighbouring vectors and sorted in registers, and written likewise. Every
// group is complete because the memory holds a multiple of four elements and the
// first vector begins at a multiple of four.
//
//===----------------------------------------------------------------------===//

#include "KernelEmitter.h"

using namespace mlir;
using namespace braid::row;

enum Key : uintptr_t { kWide = 48, kGroup };

static uintptr_t id(Value value) { return reinterpret_cast<uintptr_t>(value.getAsOpaquePointer()); }

Value KernelEmitter::loadInterleaved(const Place &place, unsigned depth) {
  int64_t apart = place.offset.lanes, distance = place.offset.constant % apart;
  Index first = place.offset;
  first.constant -= distance;
  Type element = storedType(place.storage);
  std::vector<uintptr_t> key = {
      kWide,           id(reading), id(place.base), id(first.dynamic), uintptr_t(first.constant), uintptr_t(apart),
      uintptr_t(width)};
  Value wide = remember(depth, key, [&]() -> Value {
    Value pointer = elementPointer(place.base, first, element, depth);
    enter(depth);
    return b.create<LLVM::LoadOp>(loc, VectorType::get({width * apart}, element), pointer,
                                  element.getIntOrFloatBitWidth() / 8);
  });
  SmallVector<int64_t> mask;
  for (int64_t lane = 0; lane < width; ++lane)
    mask.push_back(lane * apart + distance);
  enter(depth);
  return widen(b.create<vector::ShuffleOp>(loc, wide, wide, mask));
}

void KernelEmitter::storeInterleaved(const Place &place, Value value) {
  int64_t apart = place.offset.lanes, distance = place.offset.constant % apart;
  Place first = place;
  first.offset.constant -= distance;
  std::vector<uintptr_t> key = {kGroup, id(place.base), id(first.offset.dynamic), uintptr_t(first.offset.constant),
                                uintptr_t(apart)};
  PendingStore &group = pendingStores[key];
  group.first = first;
  group.values.resize(apart);
  group.values[distance] = value;
  if (!llvm::all_of(group.values, [](Value value) { return bool(value); }))
    return;
  // v0 … v3 one after another, then by lane.
  SmallVector<Value> parts(group.values.begin(), group.values.end());
  while (parts.size() > 1) {
    int64_t size = cast<VectorType>(parts.front().getType()).getNumElements();
    bool last = parts.size() == 2;
    SmallVector<int64_t> mask;
    for (int64_t i = 0; i < 2 * size; ++i)
      mask.push_back(last ? i % apart * width + i / apart : i);
    SmallVector<Value> joined;
    for (size_t i = 0; i < parts.size(); i += 2)
      joined.push_back(b.create<vector::ShuffleOp>(loc, parts[i], parts[i + 1], mask));
    parts = joined;
  }
  Type element = storedType(place.storage);
  Value pointer = elementPointer(first.base, first.offset, element, innermost());
  enter(innermost());
  b.create<LLVM::StoreOp>(loc, parts.front(), pointer, element.getIntOrFloatBitWidth() / 8);
  pendingStores.erase(key);
}

/// Stores that have remained alone go lane by lane. Called where the code ends to which they belong.
void KernelEmitter::flushStores() {
  for (auto &[key, group] : pendingStores)
    for (auto [distance, value] : llvm::enumerate(group.values))
      if (value) {
        Place place = group.first;
        place.offset.constant += distance;
        scatter(place, Value(), value);
      }
  pendingStores.clear();
}
