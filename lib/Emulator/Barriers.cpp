//===- Barriers.cpp - barriers of a block, and threads that miss them -----===//

#include "Launch.h"
#include "RuntimeABI.h"
#include "llvm/ADT/StringExtras.h"

using namespace braid::emu;

uint32_t Launch::barrier(uint32_t id, uint32_t count, uint32_t input, uint32_t kind, uint32_t site) {
  settleConflict();
  ++counters.barriers;
  if (id > 15)
    fail("wrong barrier", "barrier " + llvm::Twine(id) + " of 0 to 15", site);
  if (count % 32 || count > (threads.size() + 31) / 32 * 32)
    fail("wrong barrier", "a barrier of " + llvm::Twine(count) + " threads: not a multiple of 32 within the block",
         site);
  Barrier &barrier = barriers[id];
  bool isFirst = barrier.waiting.empty() && !barrier.arrived, isAligned = !(kind & BarrierOfLanes);
  kind &= ~uint32_t(BarrierOfLanes);
  if (!isFirst && barrier.count != count)
    fail("divergent barrier",
         "barrier " + llvm::Twine(id) + " expects " + llvm::Twine(count) + " threads here and " +
             llvm::Twine(barrier.count) + " at another place",
         site);
  if (!isFirst && barrier.kind != kind)
    fail("wrong barrier",
         "barrier " + llvm::Twine(id) +
             " is another kind of barrier at another place (a reduction of another kind, or none)",
         site);
  Thread &self = *running;
  barrier.count = count;
  barrier.kind = kind;
  barrier.isAligned &= isAligned;
  barrier.warps |= 1u << self.warp();
  barrier.waiting.push_back(&self);
  ++barrier.arrived;
  self.state = State::Barrier;
  self.site = site;
  self.barrier = id;
  self.barrierInput = input;
  completeBarrier(id);
  suspend();
  return self.barrierResult;
}

void Launch::barrierArrive(uint32_t id, uint32_t count, uint32_t site) {
  settleConflict();
  if (id > 15 || !count || count % 32)
    fail("wrong barrier", "barrier.arrive needs a barrier of 0 to 15 and a multiple of 32 threads", site);
  Barrier &barrier = barriers[id];
  bool isFirst = barrier.waiting.empty() && !barrier.arrived;
  if (!isFirst && barrier.count != count)
    fail("divergent barrier",
         "barrier " + llvm::Twine(id) + " expects " + llvm::Twine(count) + " threads here and " +
             llvm::Twine(barrier.count) + " at another place",
         site);
  if (!isFirst && barrier.kind != BarrierPlain)
    fail("wrong barrier", "barrier " + llvm::Twine(id) + " is a reduction at another place", site);
  barrier.count = count;
  barrier.warps |= 1u << running->warp();
  ++barrier.arrived;
  completeBarrier(id);
}

/// Lets the threads of a barrier go on if all have arrived. Threads that have exited count as
/// arrived, as the hardware has it, but with the check on this is reported.
void Launch::completeBarrier(uint32_t id) {
  Barrier &barrier = barriers[id];
  if (barrier.waiting.empty() && !barrier.arrived)
    return;
  if (barrier.count ? barrier.arrived < barrier.count : barrier.arrived + done < threads.size())
    return;
  if (checks(CheckBarriers))
    reportDivergence(barrier);
  if (stopped)
    return;
  joinClocks(barrier.warps);
  uint32_t set = 0;
  for (Thread *thread : barrier.waiting)
    set += thread->barrierInput != 0;
  uint32_t value = barrier.kind == BarrierAnd  ? set == barrier.waiting.size()
                   : barrier.kind == BarrierOr ? set > 0
                                               : set;
  for (Thread *thread : barrier.waiting) {
    thread->barrierResult = value;
    makeReady(*thread);
  }
  barriers.erase(id);
}

void Launch::reportDivergence(Barrier &barrier) {
  if (barrier.waiting.empty())
    return;
  const Thread &first = *barrier.waiting.front();
  if (!barrier.count && done) {
    const Thread *exited = nullptr;
    for (const Thread &thread : threads)
      if (thread.state == State::Done && !exited)
        exited = &thread;
    report(first, "divergent barrier",
           "reached by " + llvm::Twine(barrier.waiting.size()) + " of " + llvm::Twine(threads.size()) +
               " threads; thread " + text(exited->id) + " has exited",
           first.site);
    stopped = true;
    return;
  }
  // Arrivals are counted, wherever warps arrive; but the lanes of a warp must do so at one place.
  if (!barrier.isAligned)
    return;
  std::array<const Thread *, 32> firstOf{};
  for (const Thread *thread : barrier.waiting) {
    const Thread *&one = firstOf[thread->warp()];
    if (!one)
      one = thread;
    if (thread->site == one->site)
      continue;
    report(*one, "divergent barrier",
           "not all lanes of the warp are here: thread " + text(thread->id) + " waits at " +
               site(thread->site).location,
           one->site);
    stopped = true;
    return;
  }
}

/// After a barrier, each of its warps knows all that any of them knew, and its own past is over.
void Launch::joinClocks(uint32_t warps) {
  std::array<uint32_t, 32> joined{};
  for (size_t w = 0; w < clocks.size(); ++w) {
    if (!(warps >> w & 1))
      continue;
    advanceClock(uint32_t(w));
    for (size_t v = 0; v < 32; ++v)
      joined[v] = std::max(joined[v], clocks[w][v]);
  }
  for (size_t w = 0; w < clocks.size(); ++w)
    if (warps >> w & 1) {
      clocks[w] = joined;
      lanes[w].set(clocks[w][w]);
    }
}

void Launch::advanceClock(uint32_t warp) {
  if (++clocks[warp][warp] <= Stamp::maxClock || !checks(CheckRaces))
    return;
  report(threads[warp * 32], "limit",
         "more than " + llvm::Twine(Stamp::maxClock) +
             " barriers and warp operations in one block; switch the check of races off",
         threads[warp * 32].site);
  stopped = true;
}

std::string Launch::whatItDoes(const Thread &thread) const {
  switch (thread.state) {
  case State::Done: return "has exited";
  case State::Ready: return "runs";
  case State::Barrier:
  case State::Mbarrier:
  case State::Warp:
    return "waits at " + describe(site(thread.site)) +
           (thread.state == State::Warp ? " with mask 0x" + llvm::utohexstr(thread.request.mask, true) : "");
  }
  return "";
}

/// No thread can run: says which thread waits for which others, and what those do instead.
void Launch::explainDeadlock() {
  for (const Thread &thread : threads)
    if (thread.state == State::Mbarrier) {
      report(thread, "endless wait", "the mbarrier " + outstanding(mbarriers[thread.mbarrier]), thread.site);
      return;
    }
  for (const Thread &thread : threads) {
    if (thread.state != State::Warp)
      continue;
    for (uint32_t lane = 0; lane < 32; ++lane) {
      size_t index = thread.warp() * 32 + lane;
      if (!(thread.request.mask >> lane & 1) || index >= threads.size())
        continue;
      const Thread &named = threads[index];
      if (named.state == State::Warp && named.request.op == thread.request.op &&
          named.request.mask == thread.request.mask)
        continue;
      report(thread, "wrong shuffle mask",
             "mask 0x" + llvm::utohexstr(thread.request.mask, true) + " names lane " + llvm::Twine(lane) +
                 ", which does not take part: it " + whatItDoes(named),
             thread.site);
      return;
    }
  }
  for (const Thread &thread : threads)
    if (thread.state == State::Barrier) {
      size_t here = 0;
      const Thread *elsewhere = nullptr;
      for (const Thread &other : threads) {
        bool same = other.state == State::Barrier && other.barrier == thread.barrier;
        here += same;
        if (!same && !elsewhere)
          elsewhere = &other;
      }
      report(thread, "divergent barrier",
             "reached by " + llvm::Twine(here) + " of " + llvm::Twine(threads.size()) + " threads" +
                 (elsewhere ? "; thread " + text(elsewhere->id) + " " + whatItDoes(*elsewhere) : std::string()),
             thread.site);
      return;
    }
}
