//===- Accesses.cpp - what every access to memory is checked for ----------===//

#include "Launch.h"
#include "RuntimeABI.h"
#include "llvm/ADT/StringExtras.h"

using namespace braid::emu;

// On numbers, as an address may be anything.
static bool overlaps(const uint8_t *pointer, uint32_t size, const uint8_t *base, size_t length) {
  uint64_t first = uint64_t(pointer) - uint64_t(base);
  return first < length || -first < size;
}
static bool within(const uint8_t *pointer, uint32_t size, const uint8_t *base, size_t length) {
  uint64_t first = uint64_t(pointer) - uint64_t(base);
  return first < length && size <= length - first;
}

static std::string bytes(uint64_t count) { return std::to_string(count) + (count == 1 ? " byte" : " bytes"); }

void Launch::access(const void *where, uint32_t size, uint32_t siteIndex) {
  settleConflict();
  auto *pointer = static_cast<const uint8_t *>(where);
  const Site &at = site(siteIndex);
  running->site = siteIndex;
  if (at.atomic)
    ++counters.atomics;
  checkAccess(pointer, size, siteIndex, at.store, at.atomic);
  if (at.atomic && checks(CheckRaces))
    synchronise(pointer);
}

void Launch::checkAccess(const uint8_t *pointer, uint32_t size, uint32_t siteIndex, bool store, bool atomic) {
  if (!size)
    return;
  // Local memory is the thread's own.
  const LazyBytes &stack = stacks[running->linear];
  if (within(pointer, size, stack.data(), stack.size()))
    return;
  if (overlaps(pointer, size, arena.data(), arena.size())) {
    if (!checkShared(pointer, size, siteIndex, store))
      return;
    checkAlignment(pointer, site(siteIndex).align, siteIndex);
    size_t offset = size_t(pointer - arena.data());
    if (checks(CheckUninit) && !store | atomic)
      for (uint32_t i = 0; i < size; ++i)
        if (!arenaWritten.data()[offset + i]) {
          report(*running, "uninitialised read", shared(pointer + i) + " was not written before", siteIndex);
          break;
        }
    if (checks(CheckRaces))
      checkRaces(reinterpret_cast<Accesses *>(arenaAccesses.data()) + offset, pointer, size, siteIndex, store, atomic,
                 "shared memory");
    if (store)
      std::memset(arenaWritten.data() + offset, 1, size);
    if (options.count && (!store || atomic))
      counters.sharedBytesLoaded += size;
    if (options.count && store)
      counters.sharedBytesStored += size;
    return;
  }
  Touched *range = findGlobal(pointer, size, siteIndex, store);
  Buffer *buffer = range ? range->buffer : nullptr;
  if (buffer)
    checkAlignment(pointer, site(siteIndex).align, siteIndex);
  // Blocks beside this one must not matter, nor memory that nobody knows.
  if (crossing && (!range || atomic || !crossing->touch(*range->range, pointer, size, blockIndex, store)))
    meet();
  if (buffer) {
    size_t offset = size_t(pointer - buffer->base);
    if (checks(CheckUninit) && buffer->written && (!store || atomic))
      for (uint32_t i = 0; i < size; ++i)
        if (!buffer->written.data()[offset + i]) {
          report(*running, "uninitialised read",
                 "byte " + llvm::Twine(offset + i) + " of " + buffer->name + " was not written before", siteIndex);
          break;
        }
    if (checks(CheckRaces))
      checkRaces(range->accessesAt(pointer), pointer, size, siteIndex, store, atomic, buffer->name);
    if (store && buffer->written)
      std::memset(buffer->written.data() + offset, 1, size);
  }
  if (options.count)
    requests.add(running->warp(), running->lane(), siteIndex, buffer, pointer, size);
}

/// The place of a byte of shared memory in words.
std::string Launch::shared(const uint8_t *pointer) const {
  size_t offset = size_t(pointer - arena.data());
  if (offset >= kernel.dynamicOffset && offset < kernel.dynamicOffset + sharedBytes)
    return "byte " + std::to_string(offset - kernel.dynamicOffset) + " of dynamic shared memory";
  for (const SharedVariable &variable : *kernel.shared)
    if (offset >= variable.offset && offset < variable.offset + variable.size)
      return "byte " + std::to_string(offset - variable.offset) + " of shared variable " + variable.name;
  // Between variables: counted from the nearest one before.
  std::string name = "shared memory";
  size_t end = 0;
  for (const SharedVariable &variable : *kernel.shared)
    if (variable.offset + variable.size <= offset && variable.offset + variable.size >= end)
      end = variable.offset + variable.size, name = "shared variable " + variable.name + " of " + bytes(variable.size);
  if (offset >= kernel.dynamicOffset + sharedBytes)
    end = kernel.dynamicOffset + sharedBytes, name = "dynamic shared memory of " + bytes(sharedBytes);
  return bytes(offset - end) + " after the end of " + name;
}

/// An address in words.
std::string Launch::placeOf(const uint8_t *pointer) {
  std::string address = "address 0x" + llvm::utohexstr(uint64_t(pointer));
  if (isShared(pointer))
    return address + " (" + shared(pointer) + ")";
  Buffer *buffer = bufferAt(pointer);
  return buffer ? address + " (byte " + std::to_string(pointer - buffer->base) + " of " + buffer->name + ")" : address;
}

/// A GPU traps at a misaligned access, whatever is checked.
void Launch::checkAlignment(const uint8_t *pointer, uint32_t align, uint32_t siteIndex) {
  if (uintptr_t(pointer) % align)
    fail("misaligned access", placeOf(pointer) + " is not a multiple of " + llvm::Twine(align), siteIndex);
}

/// False where the access may not go on.
bool Launch::checkShared(const uint8_t *pointer, uint32_t size, uint32_t siteIndex, bool store) {
  if (!within(pointer, size, arena.data(), arena.size()))
    fail("out of bounds", "an access across the end of shared memory", siteIndex);
  size_t offset = size_t(pointer - arena.data());
  if (checks(CheckBounds))
    for (uint32_t i = 0; i < size; ++i)
      if (!arenaValid[offset + i])
        fail("out of bounds", bytes(size) + " of which one is " + shared(pointer + i), siteIndex);
  if (checks(CheckRaces))
    for (uint32_t i = 0; i < size; ++i)
      if (arenaInFlight[offset + i]) {
        report(*running, "race",
               shared(pointer + i) + " is the target of an asynchronous copy of thread " +
                   text(threads[arenaInFlight[offset + i] - 1].id) + " that nothing has waited for",
               siteIndex);
        break;
      }
  return true;
}

Touched &Launch::touched(Buffer &buffer) {
  std::unique_ptr<Touched> &range = buffers[&buffer];
  if (!range) {
    range = std::make_unique<Touched>();
    range->buffer = &buffer;
    if (crossing)
      range->range = &crossing->of(buffer);
  }
  return *range;
}

/// The buffer or the module's variable that holds an address, or null.
Buffer *Launch::bufferAt(const uint8_t *pointer) {
  if (Buffer *buffer = memory.find(pointer))
    return buffer;
  for (Buffer *global : kernel.globals)
    if (global->contains(pointer))
      return global;
  return nullptr;
}

/// The buffer of an access; ends the launch where there is none and bounds are checked.
Touched *Launch::findGlobal(const uint8_t *pointer, uint32_t size, uint32_t siteIndex, bool store) {
  Touched *&last = lastOfSite[siteIndex];
  if (!last || !last->buffer->contains(pointer)) {
    Buffer *found = bufferAt(pointer);
    last = found ? &touched(*found) : nullptr;
  }
  Buffer *buffer = last ? last->buffer : nullptr;
  if (buffer && within(pointer, size, buffer->base, buffer->size)) {
    if (store && buffer->constant && checks(CheckBounds))
      fail("out of bounds", "a store to the constant " + buffer->name, siteIndex);
    return last;
  }
  if (!checks(CheckBounds))
    return nullptr;
  for (const LazyBytes &stack : stacks)
    if (overlaps(pointer, size, stack.data(), stack.size()))
      fail("out of bounds", "local memory of another thread", siteIndex);
  if (!buffer)
    buffer = memory.nearest(pointer);
  if (!buffer)
    fail("out of bounds",
         bytes(size) + " at address 0x" + llvm::Twine::utohexstr(uint64_t(pointer)) +
             ", which belongs to no buffer (there is none)",
         siteIndex);
  const uint8_t *end = buffer->base + buffer->size;
  uint64_t far = pointer >= end           ? uint64_t(pointer - end)
                 : pointer < buffer->base ? uint64_t(buffer->base - pointer)
                                          : 0;
  if (far >= 1ull << 40)
    fail("out of bounds",
         bytes(size) + " at address 0x" + llvm::Twine::utohexstr(uint64_t(pointer)) + ", which belongs to no buffer",
         siteIndex);
  std::string place = pointer >= end            ? bytes(uint64_t(pointer - end)) + " after the end of "
                      : pointer >= buffer->base ? "across the end of "
                                                : bytes(uint64_t(buffer->base - pointer)) + " before the start of ";
  fail("out of bounds", bytes(size) + " " + place + buffer->name + " of " + bytes(buffer->size), siteIndex);
}

/// Whether the running thread comes after what a stamp tells of.
bool Launch::ordered(Stamp stamp, bool readBeforeWrite) const {
  // Volatile loads go past caches that may be stale, and need no fence of the reader.
  if (stamp.block() != blockIndex)
    return seenBlocks.count(stamp.block()) || (site(running->site).isVolatile && metBlocks.count(stamp.block()));
  uint32_t warp = running->warp(), other = stamp.thread() / 32;
  if (warp != other)
    return stamp.clock() < clocks[warp][other];
  const LaneClocks &known = lanes[warp];
  return stamp.clock() < (readBeforeWrite ? known.reads : known.writes)[running->lane()][stamp.thread() % 32];
}

std::string Launch::nameOf(Stamp stamp) const {
  std::string name = "thread " + text(threads[stamp.thread()].id);
  if (stamp.block() != blockIndex) {
    uint64_t index = stamp.block();
    name += " of block " +
            text({uint32_t(index % grid.x), uint32_t(index / grid.x % grid.y), uint32_t(index / grid.x / grid.y)});
  }
  return name;
}

void Launch::checkRaces(Accesses *accesses, const uint8_t *pointer, uint32_t size, uint32_t siteIndex, bool store,
                        bool atomic, llvm::StringRef where) {
  Stamp self = Stamp::make(blockIndex, running->linear, clocks[running->warp()][running->warp()],
                           std::min<uint64_t>(siteIndex, Stamp::maxSite));
  auto conflicts = [&](Stamp other, bool readBeforeWrite) {
    return other && !other.sameThread(self) && !(atomic && site(other.site()).atomic) &&
           !ordered(other, readBeforeWrite);
  };
  bool told = false;
  // The bytes of an access mostly share their past, and then their outcome.
  Accesses before, after;
  for (uint32_t i = 0; i < size; ++i) {
    Accesses &byte = accesses[i];
    if (i && byte == before) {
      byte = after;
      continue;
    }
    before = byte;
    auto tell = [&](Stamp other, bool otherStores) {
      if (told)
        return;
      told = true;
      std::string message = where.str() + ": " + nameOf(other) + " " + (otherStores ? "wrote" : "read") +
                            " the same byte (" + describe(site(other.site())) +
                            ") with nothing in between to order them";
      if (otherStores && store && !atomic && !copying && !conflict.thread) {
        // Whether the bytes change is known once the store is done.
        conflict.thread = running;
        conflict.pointer = pointer;
        conflict.before.assign(pointer, pointer + size);
        conflict.message = message;
        conflict.site = siteIndex;
        conflict.other = other.site();
        return;
      }
      report(*running, "race", message, siteIndex, other.site());
    };
    if (conflicts(byte.writer, false))
      tell(byte.writer, true);
    if (store) {
      for (Stamp reader : byte.readers)
        if (conflicts(reader, true))
          tell(reader, false);
      byte.writer = self;
      byte.readers[0] = byte.readers[1] = Stamp();
      after = byte;
      continue;
    }
    // Two readers of different threads are enough to find any later writer in conflict with one.
    for (Stamp &reader : byte.readers)
      if (!reader || reader.sameThread(self) || ordered(reader, true)) {
        reader = self;
        break;
      }
    after = byte;
  }
}

/// A store that raced with another is done: nothing was harmed if it changed no byte.
void Launch::settleConflict() {
  if (!conflict.thread)
    return;
  Thread &thread = *conflict.thread;
  conflict.thread = nullptr;
  if (std::memcmp(conflict.pointer, conflict.before.data(), conflict.before.size()) != 0) {
    report(thread, "race", conflict.message, conflict.site, conflict.other);
    return;
  }
  notes.try_emplace({conflict.site, conflict.other}, place,
                    makeFinding(thread, "same value", conflict.message + "; both wrote the same value", conflict.site));
}

/// Atomics order blocks: one that has fenced its writes and then touches a location comes before another that touches
/// the location later and then has a fence. Whether it says that it acquires or releases does not matter: LLVM 19
/// writes every one as a relaxed one into PTX.
void Launch::synchronise(const uint8_t *pointer) {
  std::vector<uint64_t> &blocks = released[pointer];
  metBlocks.insert(blocks.begin(), blocks.end());
  if (blockFenced && (blocks.empty() || blocks.back() != blockIndex))
    blocks.push_back(blockIndex);
}
