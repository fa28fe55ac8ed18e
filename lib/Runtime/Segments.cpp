//===- Segments.cpp - attention that stays within a segment ---------------===//

#include "Segments.h"
#include <algorithm>
#include <numeric>

using namespace braid::rt;

Segments::Segments(const int32_t *ids, int64_t batch, const braid_rows &rows, const AttentionMask &mask)
    : ids(ids), time(rows.time), tilesOfSequence((time + tileKeys - 1) / tileKeys), ends(size_t(batch * time), time) {
  tiles.resize(size_t(batch * tilesOfSequence));
  for (int64_t s = 0; s < batch; ++s) {
    int64_t count = rows.first[s] + rows.count[s];
    follow(s, count, rows.first[s], mask);
    for (int64_t begin = 0; begin < count; begin += tileKeys) {
      int64_t first = s * time + begin, last = s * time + std::min(count, begin + tileKeys);
      auto [least, most] = std::minmax_element(ids + first, ids + last);
      tiles[size_t(s * tilesOfSequence + begin / tileKeys)] = {
          *least, *most, *std::max_element(ends.begin() + first, ends.begin() + last)};
    }
  }
}

/// Goes along each segment of a sequence: a window counts the segment's own tokens.
void Segments::follow(int64_t sequence, int64_t count, int64_t firstQuery, const AttentionMask &mask) {
  AttentionMask own = mask; // among the positions of one segment, counted from its first
  own.segments = false;
  const int32_t *id = ids + sequence * time;
  std::vector<int64_t> order(static_cast<size_t>(count)); // by segment, then by position
  std::iota(order.begin(), order.end(), 0);
  if (!std::is_sorted(id, id + count))
    std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return id[a] < id[b]; });
  for (int64_t begin = 0, end; begin < count; begin = end) {
    for (end = begin + 1; end < count && id[order[size_t(end)]] == id[order[size_t(begin)]];)
      ++end;
    for (int64_t i = begin; i < end; ++i) {
      AttentionMask::Range seen = own.keysOf(i - begin, end - begin);
      if (order[size_t(i)] >= firstQuery)
        visible += double(seen.end - seen.begin);
      int64_t past = begin + own.queriesOf(i - begin, end - begin, end - begin).end;
      if (past < end)
        ends[size_t(sequence * time + order[size_t(i)])] =
            own.base == AttentionMask::Base::All ? 0 : order[size_t(past)];
    }
  }
}
