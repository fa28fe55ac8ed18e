//===- Mbarrier.cpp - barrier objects in shared memory, and bulk copies ---===//
//
// An mbarrier counts arrivals of threads and bytes of asynchronous copies; when none is outstanding its
// phase ends. What a copy does happens as late as it may: when no thread can go on without it.
//
//===----------------------------------------------------------------------===//

#include "Launch.h"
#include "RuntimeABI.h"

using namespace braid::emu;

static uint8_t *pointerOf(uint64_t address) { return reinterpret_cast<uint8_t *>(address); }

std::string Launch::tooMany(const Mbarrier &barrier) const {
  return "more arrivals than the " + std::to_string(barrier.expected) + " of the mbarrier";
}

/// The barrier at an address, which other threads' accesses must be ordered with.
Launch::Mbarrier &Launch::mbarrierAt(const uint8_t *pointer, uint32_t siteIndex) {
  auto found = mbarriers.find(pointer);
  if (found == mbarriers.end())
    fail("wrong barrier", "no mbarrier.init made an mbarrier at this address", siteIndex);
  if (checks(CheckRaces))
    checkRaces(reinterpret_cast<Accesses *>(arenaAccesses.data()) + (pointer - arena.data()), pointer, 8, siteIndex,
               /*store=*/false, /*atomic=*/true, "shared memory");
  return found->second;
}

uint64_t Launch::mbarrier(uint32_t op, uint64_t address, uint64_t value, uint32_t siteIndex) {
  settleConflict();
  Thread &self = *running;
  self.site = siteIndex;
  const uint8_t *pointer = pointerOf(address);
  if (op == MbarrierInit || op == MbarrierInvalidate) {
    if (address % 8 || pointer < arena.data() || pointer + 8 > arena.data() + arena.size())
      fail("wrong barrier", "an mbarrier is 8 bytes of shared memory, aligned to 8", siteIndex);
    bool exists = mbarriers.count(pointer);
    if (op == MbarrierInit && exists)
      fail("wrong barrier", "there is an mbarrier at this address already: mbarrier.inval ends it", siteIndex);
    if (op == MbarrierInvalidate)
      mbarrierAt(pointer, siteIndex);
    checkAccess(pointer, 8, siteIndex, /*store=*/true, /*atomic=*/false);
    mbarriers.erase(pointer);
    if (op == MbarrierInvalidate)
      return 0;
    if (!value || value >= 1u << 20)
      fail("wrong barrier", "an mbarrier of " + llvm::Twine(value) + " arrivals: 1 to 1048575", siteIndex);
    Mbarrier made;
    made.expected = made.pending = uint32_t(value);
    mbarriers[pointer] = std::move(made);
    return 0;
  }
  Mbarrier &barrier = mbarrierAt(pointer, siteIndex);
  switch (op) {
  case MbarrierArrive:
  case MbarrierArriveExpect: {
    uint64_t state = barrier.phase, count = op == MbarrierArrive ? value : 1;
    if (op == MbarrierArriveExpect)
      barrier.bytes += int64_t(value);
    if (count > barrier.pending)
      fail("wrong barrier", tooMany(barrier), siteIndex);
    barrier.pending -= uint32_t(count);
    release(barrier, self);
    return state;
  }
  case MbarrierExpect: barrier.bytes += int64_t(value); return 0;
  case MbarrierTest: return testMbarrier(pointer, value, siteIndex);
  case MbarrierWait:
    if ((barrier.phase & 1) != (value & 1)) {
      acquire(barrier, self);
      return 1;
    }
    barrier.waiting.push_back(&self);
    self.state = State::Mbarrier;
    self.mbarrier = pointer;
    suspend();
    return 1;
  case MbarrierCopiesArrive:
  case MbarrierCopiesArriveCounted: {
    // The thread's copies so far now belong to the barrier.
    Landing landing{&self, pointer, siteIndex, 0, /*arrives=*/true, {}};
    commitCopies();
    for (std::vector<AsyncCopy> &group : self.groups)
      llvm::append_range(landing.copies, group);
    self.groups.clear();
    barrier.pending += op == MbarrierCopiesArriveCounted;
    landings.push_back(std::move(landing));
    return 0;
  }
  }
  return 0;
}

/// Whether a phase has ended, for a thread that asks again and again.
bool Launch::testMbarrier(const uint8_t *pointer, uint64_t phase, uint32_t siteIndex) {
  if (mbarriers[pointer].phase == phase) {
    if (++running->yields > 1u << 20)
      fail("endless wait", "the mbarrier " + outstanding(mbarriers[pointer]), siteIndex);
    makeReady(*running);
    suspend();
    // Nobody else can go on: copies can no longer be late.
    if (ready.empty() && mbarrierAt(pointer, siteIndex).phase == phase)
      landOne();
  }
  const Mbarrier &barrier = mbarrierAt(pointer, siteIndex);
  if (barrier.phase == phase)
    return false;
  acquire(barrier, *running);
  return true;
}

/// What the thread's warp did is before the end of the phase.
void Launch::release(Mbarrier &barrier, Thread &thread) {
  uint32_t warp = thread.warp();
  advanceClock(warp);
  for (size_t v = 0; v < 32; ++v)
    barrier.released[v] = std::max(barrier.released[v], clocks[warp][v]);
  if (barrier.pending || barrier.bytes)
    return;
  ++barrier.phase;
  barrier.pending = barrier.expected;
  for (Thread *waiting : barrier.waiting) {
    acquire(barrier, *waiting);
    makeReady(*waiting);
  }
  barrier.waiting.clear();
}

/// What was before the end of the phase is before what the thread does from here on.
void Launch::acquire(const Mbarrier &barrier, const Thread &thread) {
  uint32_t warp = thread.warp();
  for (size_t v = 0; v < 32; ++v)
    if (v != warp)
      clocks[warp][v] = std::max(clocks[warp][v], barrier.released[v]);
  for (LaneClocks::Rows *rows : {&lanes[warp].writes, &lanes[warp].reads})
    for (uint32_t &moment : (*rows)[thread.lane()])
      moment = std::max(moment, barrier.released[warp]);
}

std::string Launch::outstanding(const Mbarrier &barrier) const {
  return "waits for " + std::to_string(barrier.pending) + " of " + std::to_string(barrier.expected) + " arrivals and " +
         std::to_string(barrier.bytes) + " bytes of copies";
}

//===----------------------------------------------------------------------===//
// Bulk copies
//===----------------------------------------------------------------------===//

void Launch::bulkCopy(void *to, const void *from, uint32_t size, uint64_t barrierAddress, uint32_t siteIndex) {
  settleConflict();
  running->site = siteIndex;
  auto *target = static_cast<uint8_t *>(to);
  auto *source = static_cast<const uint8_t *>(from);
  if ((uint64_t(to) | uint64_t(from) | size) % 16)
    fail("misaligned access",
         "a bulk copy needs addresses and a size that are multiples of 16: from " + placeOf(source) + " to " +
             placeOf(target) + ", " + llvm::Twine(size) + " bytes",
         siteIndex);
  AsyncCopy copy = issue(target, source, size, size, siteIndex);
  if (!barrierAddress) {
    running->openStores.push_back(std::move(copy));
    return;
  }
  mbarrierAt(pointerOf(barrierAddress), siteIndex);
  if (target < arena.data() || target + size > arena.data() + arena.size())
    fail("out of bounds", "the target of a bulk copy that an mbarrier counts is shared memory", siteIndex);
  std::fill_n(arenaInFlight.begin() + (target - arena.data()), size, uint16_t(running->linear + 1));
  landings.push_back({running, pointerOf(barrierAddress), siteIndex, size, /*arrives=*/false, {std::move(copy)}});
}

void Launch::commitBulkStores() {
  running->storeGroups.push_back(std::move(running->openStores));
  running->openStores.clear();
}

void Launch::waitBulkStores(uint32_t allowed) {
  settleConflict();
  for (; running->storeGroups.size() > allowed; running->storeGroups.pop_front())
    for (const AsyncCopy &copy : running->storeGroups.front()) {
      checkSource(copy);
      std::memcpy(copy.destination, copy.source, copy.size);
    }
}

/// The oldest copy that a barrier counts arrives. False if there is none.
bool Launch::landOne() {
  if (landings.empty())
    return false;
  Landing landing = std::move(landings.front());
  landings.pop_front();
  Thread *before = running;
  running = landing.thread;
  copying = true;
  for (const AsyncCopy &copy : landing.copies)
    land(copy);
  copying = false;
  running = before;
  auto found = mbarriers.find(landing.barrier);
  bool exists = found != mbarriers.end();
  if (!exists || (landing.arrives && !found->second.pending)) {
    report(*landing.thread, "wrong barrier", exists ? tooMany(found->second) : "its mbarrier ended before it arrived",
           landing.site);
    stopped = true;
    return true;
  }
  found->second.bytes -= landing.bytes;
  found->second.pending -= landing.arrives;
  release(found->second, *landing.thread);
  return true;
}
