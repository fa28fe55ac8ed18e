//===- WarpOperations.cpp - shuffles, votes, matches, reductions ----------===//
//
// A lane that reaches a warp operation waits until all lanes that its mask names have reached the
// same operation with the same mask; then one function of the table below computes every result.
// Operations on matrices have a table of their own in MatrixOperations.cpp.
//
//===----------------------------------------------------------------------===//

#include "WarpOperations.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/bit.h"

using namespace braid::emu;

/// The lane that a shuffle reads, and whether it is within the segment (PTX ISA, shfl.sync).
template <WarpOp Op> static int shuffle(Lanes lanes) {
  int wrong = -1;
  for (uint32_t lane = 0; lane < 32; ++lane) {
    if (!lanes.has(lane))
      continue;
    LaneRequest &request = lanes[lane];
    int b = request.a & 31, clamp = request.b & 31, segment = request.b >> 8 & 31, self = int(lane);
    int last = (self & segment) | (clamp & ~segment), from = 0;
    bool inside = false;
    switch (Op) {
    case ShuffleUp: from = self - b, inside = from >= last; break;
    case ShuffleDown: from = self + b, inside = from <= last; break;
    case ShuffleButterfly: from = self ^ b, inside = from <= last; break;
    default: from = (self & segment) | (b & ~segment), inside = from <= last; break;
    }
    if (!inside)
      from = self;
    if (!lanes.has(uint32_t(from))) {
      wrong = wrong < 0 ? self : wrong;
      from = self;
    }
    request.result = (lanes[uint32_t(from)].value & 0xffffffff) | uint64_t(inside) << 32;
  }
  return wrong;
}

/// One result for all lanes, folded over their values.
template <typename T, T (*Fold)(T, T)> static int redux(Lanes lanes) {
  bool first = true;
  T total{};
  for (uint32_t lane = 0; lane < 32; ++lane)
    if (lanes.has(lane)) {
      total = first ? T(lanes[lane].value) : Fold(total, T(lanes[lane].value));
      first = false;
    }
  for (uint32_t lane = 0; lane < 32; ++lane)
    if (lanes.has(lane))
      lanes[lane].result = uint32_t(total);
  return -1;
}
template <typename T> static T add(T a, T b) { return T(uint32_t(a) + uint32_t(b)); }
template <typename T> static T smaller(T a, T b) { return std::min(a, b); }
template <typename T> static T larger(T a, T b) { return std::max(a, b); }
template <typename T> static T both(T a, T b) { return a & b; }
template <typename T> static T either(T a, T b) { return a | b; }
template <typename T> static T differ(T a, T b) { return a ^ b; }

template <WarpOp Op> static int vote(Lanes lanes) {
  uint32_t set = 0;
  for (uint32_t lane = 0; lane < 32; ++lane)
    if (lanes.has(lane) && lanes[lane].value & 1)
      set |= 1u << lane;
  uint64_t result = Op == VoteAll   ? set == lanes.mask
                    : Op == VoteAny ? set != 0
                    : Op == VoteUni ? set == 0 || set == lanes.mask
                                    : set;
  for (uint32_t lane = 0; lane < 32; ++lane)
    if (lanes.has(lane))
      lanes[lane].result = result;
  return -1;
}

static int matchAny(Lanes lanes) {
  for (uint32_t lane = 0; lane < 32; ++lane) {
    if (!lanes.has(lane))
      continue;
    uint32_t same = 0;
    for (uint32_t other = 0; other < 32; ++other)
      if (lanes.has(other) && lanes[other].value == lanes[lane].value)
        same |= 1u << other;
    lanes[lane].result = same;
  }
  return -1;
}

static int matchAll(Lanes lanes) {
  uint64_t value = lanes[uint32_t(llvm::countr_zero(lanes.mask))].value;
  bool same = true;
  for (uint32_t lane = 0; lane < 32; ++lane)
    same &= !lanes.has(lane) || lanes[lane].value == value;
  for (uint32_t lane = 0; lane < 32; ++lane)
    if (lanes.has(lane))
      lanes[lane].result = same ? lanes.mask | 1ull << 32 : 0;
  return -1;
}

static int synchronise(Lanes) { return -1; }

static int elect(Lanes lanes) {
  uint32_t leader = uint32_t(llvm::countr_zero(lanes.mask));
  for (uint32_t lane = 0; lane < 32; ++lane)
    if (lanes.has(lane))
      lanes[lane].result = leader | uint64_t(lane == leader) << 32;
  return -1;
}

/// In the order of WarpOp.
static constexpr WarpFunction operations[] = {shuffle<ShuffleIdx>,
                                              shuffle<ShuffleUp>,
                                              shuffle<ShuffleDown>,
                                              shuffle<ShuffleButterfly>,
                                              vote<VoteAll>,
                                              vote<VoteAny>,
                                              vote<VoteUni>,
                                              vote<VoteBallot>,
                                              matchAny,
                                              matchAll,
                                              redux<uint32_t, add>,
                                              redux<int32_t, smaller>,
                                              redux<int32_t, larger>,
                                              redux<uint32_t, smaller>,
                                              redux<uint32_t, larger>,
                                              redux<uint32_t, both>,
                                              redux<uint32_t, either>,
                                              redux<uint32_t, differ>,
                                              synchronise,
                                              elect};

uint64_t Launch::warpOperation(LaneRequest request, uint32_t siteIndex) {
  settleConflict();
  ++counters.warpOperations;
  Thread &self = *running;
  if (!(request.mask >> self.lane() & 1))
    fail("wrong shuffle mask",
         "mask 0x" + llvm::utohexstr(request.mask, true) + " does not name lane " + llvm::Twine(self.lane()) +
             ", which executes it",
         siteIndex);
  self.request = request;
  self.state = State::Warp;
  self.site = siteIndex;
  completeWarp(self.warp(), request);
  suspend();
  return self.request.result;
}

/// Finishes the operation that `like` is part of, if all lanes that it names have come.
bool Launch::completeWarp(uint32_t warp, const LaneRequest &like) {
  Thread *first = &threads[warp * 32];
  uint32_t size = uint32_t(std::min<size_t>(32, threads.size() - warp * 32)), have = 0, exited = 0;
  // Lanes beyond the end of the block do not exist; those that have exited are not waited for.
  uint32_t exist = size == 32 ? ~0u : (1u << size) - 1;
  uint32_t needed = like.mask & exist;
  for (uint32_t lane = size; lane-- > 0;) { // the last one comes last, mostly
    if (!(needed >> lane & 1))
      continue;
    const Thread &thread = first[lane];
    if (thread.state == State::Done)
      exited |= 1u << lane;
    else if (thread.state == State::Warp && thread.request.op == like.op && thread.request.mask == like.mask)
      have |= 1u << lane;
    else
      return false;
  }
  if (!have)
    return false;
  const Thread &speaker = first[llvm::countr_zero(have)];
  if (checks(CheckShuffles) && needed & exited) {
    uint32_t lane = uint32_t(llvm::countr_zero(needed & exited));
    report(speaker, "wrong shuffle mask",
           "mask 0x" + llvm::utohexstr(like.mask, true) + " names lane " + llvm::Twine(lane) +
               ", which does not take part: it has exited",
           speaker.site);
    stopped = true;
    return true;
  }
  Lanes lanes{first, have};
  uint32_t op = like.op;
  int wrong = op < LoadMatrix1 ? operations[op](lanes) : matrixOperations[op - LoadMatrix1](lanes);
  if (wrong >= 0 && checks(CheckShuffles)) {
    report(first[wrong], "wrong shuffle mask",
           "lane " + llvm::Twine(wrong) + " reads a lane that does not take part (mask 0x" +
               llvm::utohexstr(like.mask, true) + ", " + llvm::Twine(size) + " lanes in the warp)",
           first[wrong].site);
    stopped = true;
    return true;
  }
  advanceClock(warp);
  joinLanes(warp, have, /*ordersWrites=*/op == SyncWarp);
  for (uint32_t lane = 0; lane < size; ++lane)
    if (have >> lane & 1)
      makeReady(first[lane]);
  return true;
}

/// After an operation of some lanes, each of them knows all that any of them knew, and their own past is over; of the
/// warp's other lanes they know no more than before.
void Launch::joinLanes(uint32_t warp, uint32_t mask, bool ordersWrites) {
  if (!checks(CheckRaces))
    return;
  uint32_t now = clocks[warp][warp];
  auto join = [&](LaneClocks::Rows &rows) {
    std::array<uint32_t, 32> joined{};
    for (uint32_t lane = 0; lane < 32; ++lane)
      if (mask >> lane & 1)
        for (uint32_t other = 0; other < 32; ++other)
          joined[other] = std::max(joined[other], mask >> other & 1 ? now : rows[lane][other]);
    for (uint32_t lane = 0; lane < 32; ++lane)
      if (mask >> lane & 1)
        rows[lane] = joined;
  };
  join(lanes[warp].reads);
  if (ordersWrites)
    join(lanes[warp].writes);
}

/// A lane has exited: those that waited for it may go on.
void Launch::retryWarp(uint32_t warp) {
  for (uint32_t lane = 0; lane < 32 && warp * 32 + lane < threads.size(); ++lane) {
    Thread &thread = threads[warp * 32 + lane];
    if (thread.state == State::Warp)
      completeWarp(warp, LaneRequest(thread.request));
  }
}
