//===- AsyncCopies.cpp - what cp.async does, as late as it may ------------===//
//
// A copy is checked when it is issued and happens when something waits for it. Until then nobody may touch its
// target, nor write its source.
//
//===----------------------------------------------------------------------===//

#include "Launch.h"

using namespace braid::emu;

void Launch::asyncCopy(void *destination, const void *source, uint32_t size, uint32_t sourceSize, uint32_t siteIndex) {
  settleConflict();
  running->site = siteIndex;
  auto *to = static_cast<uint8_t *>(destination);
  auto *from = static_cast<const uint8_t *>(source);
  if (size != 4 && size != 8 && size != 16)
    fail("wrong copy", "an asynchronous copy of " + llvm::Twine(size) + " bytes: 4, 8 or 16", siteIndex);
  for (const uint8_t *pointer : {static_cast<const uint8_t *>(to), sourceSize ? from : nullptr})
    if (uintptr_t(pointer) % size)
      fail("misaligned access",
           "an asynchronous copy of " + llvm::Twine(size) + " bytes needs addresses that are multiples of " +
               llvm::Twine(size) + ": " + placeOf(pointer),
           siteIndex);
  AsyncCopy copy = issue(to, from, size, std::min(size, sourceSize), siteIndex);
  if (isShared(to))
    std::fill_n(arenaInFlight.begin() + (to - arena.data()), size, uint16_t(running->linear + 1));
  running->open.push_back(std::move(copy));
}

void Launch::commitCopies() {
  running->groups.push_back(std::move(running->open));
  running->open.clear();
}

/// Checks both sides of a copy of the running thread, and keeps what its source is.
AsyncCopy Launch::issue(uint8_t *to, const uint8_t *from, uint32_t size, uint32_t sourceSize, uint32_t siteIndex) {
  copying = true;
  checkAccess(from, sourceSize, siteIndex, /*store=*/false, /*atomic=*/false);
  checkAccess(to, size, siteIndex, /*store=*/true, /*atomic=*/false);
  copying = false;
  AsyncCopy copy{to, from, size, sourceSize, siteIndex};
  if (const Accesses *accesses = checks(CheckRaces) && sourceSize ? accessesOf(from) : nullptr) {
    copy.bytes.assign(from, from + sourceSize);
    copy.writers.reserve(sourceSize);
    for (uint32_t i = 0; i < sourceSize; ++i)
      copy.writers.push_back(accesses[i].writer);
  }
  return copy;
}

/// Who touched the bytes from an address on; null where that is not kept.
const Accesses *Launch::accessesOf(const uint8_t *pointer) {
  if (isShared(pointer))
    return reinterpret_cast<const Accesses *>(arenaAccesses.data()) + (pointer - arena.data());
  Buffer *buffer = bufferAt(pointer);
  return buffer ? touched(*buffer).accessesAt(pointer) : nullptr;
}

/// Whoever wrote the source of a copy since it was issued, the thread itself too, raced with it: the copy may have
/// read what was there before or after. A loop may write a byte twice at one moment: then its value tells.
void Launch::checkSource(const AsyncCopy &copy) {
  if (copy.writers.empty())
    return;
  const Accesses *accesses = accessesOf(copy.source);
  for (uint32_t i = 0; accesses && i < copy.sourceSize; ++i) {
    Stamp writer = accesses[i].writer;
    if (!writer || (writer == copy.writers[i] && copy.source[i] == copy.bytes[i]))
      continue;
    report(*running, "race",
           nameOf(writer) + " wrote the source of the asynchronous copy before anything waited for it (" +
               describe(site(writer.site())) + ")",
           copy.site, writer.site());
    return;
  }
}

/// A copy of the running thread arrives.
void Launch::land(const AsyncCopy &copy) {
  checkSource(copy);
  std::memcpy(copy.destination, copy.source, copy.sourceSize);
  std::memset(copy.destination + copy.sourceSize, 0, copy.size - copy.sourceSize);
  if (!isShared(copy.destination))
    return;
  std::fill_n(arenaInFlight.begin() + (copy.destination - arena.data()), copy.size, uint16_t(0));
  // The write counts as made now: others may read it after the next barrier.
  if (checks(CheckRaces))
    checkRaces(reinterpret_cast<Accesses *>(arenaAccesses.data()) + (copy.destination - arena.data()), copy.destination,
               copy.size, copy.site, /*store=*/true, /*atomic=*/false, "shared memory");
}

/// The copies happen here, as late as they may.
void Launch::waitCopies(uint32_t allowed) {
  settleConflict();
  copying = true;
  for (; running->groups.size() > allowed; running->groups.pop_front())
    for (const AsyncCopy &copy : running->groups.front())
      land(copy);
  copying = false;
}
