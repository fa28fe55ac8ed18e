//===- Occupancy.cpp - which bytes of an arena are taken, and when --------===//

#include "Occupancy.h"
#include "llvm/Support/MathExtras.h"

using namespace braid::host;

Occupancy::Occupancy(int64_t count)
    : times(int64_t(llvm::PowerOf2Ceil(std::max<int64_t>(count, 1)))), nodes(2 * times - 1) {}

/// Joined with the intervals that it overlaps or touches.
void Occupancy::add(Intervals &intervals, int64_t begin, int64_t end) {
  auto it = intervals.upper_bound(begin);
  if (it != intervals.begin() && std::prev(it)->second >= begin)
    --it;
  while (it != intervals.end() && it->first <= end) {
    begin = std::min(begin, it->first);
    end = std::max(end, it->second);
    it = intervals.erase(it);
  }
  intervals.emplace_hint(it, begin, end);
}

void Occupancy::collect(size_t node, int64_t begin, int64_t end, int64_t first, int64_t last,
                        llvm::SmallVectorImpl<const Intervals *> &found) const {
  if (last < begin || end <= first)
    return;
  if (first <= begin && end <= last + 1) {
    found.push_back(&nodes[node].some);
    return;
  }
  found.push_back(&nodes[node].whole);
  int64_t middle = (begin + end) / 2;
  collect(2 * node + 1, begin, middle, first, last, found);
  collect(2 * node + 2, middle, end, first, last, found);
}

int64_t Occupancy::lowestFree(int64_t first, int64_t last, int64_t bytes) const {
  llvm::SmallVector<const Intervals *, 32> found;
  collect(0, 0, times, first, last, found);
  int64_t offset = 0;
  // Each set in turn moves the offset behind what is in the way, until none does.
  for (size_t i = 0, agreed = 0; agreed < found.size(); i = (i + 1) % found.size()) {
    auto next = found[i]->upper_bound(offset);
    int64_t before = offset;
    if (next != found[i]->begin())
      offset = std::max(offset, std::prev(next)->second);
    for (; next != found[i]->end() && next->first < offset + bytes; ++next)
      offset = next->second;
    agreed = offset == before ? agreed + 1 : 1;
  }
  return offset;
}

void Occupancy::take(size_t node, int64_t begin, int64_t end, int64_t first, int64_t last, int64_t from, int64_t to) {
  if (last < begin || end <= first)
    return;
  add(nodes[node].some, from, to);
  if (first <= begin && end <= last + 1)
    return add(nodes[node].whole, from, to);
  int64_t middle = (begin + end) / 2;
  take(2 * node + 1, begin, middle, first, last, from, to);
  take(2 * node + 2, middle, end, first, last, from, to);
}

void Occupancy::take(int64_t first, int64_t last, int64_t offset, int64_t bytes) {
  if (bytes > 0)
    take(0, 0, times, first, last, offset, offset + bytes);
}
