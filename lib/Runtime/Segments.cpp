//===- Segments.cpp - attention that picks keys ---------------------------===//

#include "Segments.h"
#include <algorithm>
#include <numeric>

using namespace braid;
using namespace braid::rt;

Segments::Segments(const int32_t *ids, const float *marks, int64_t time, int64_t batch, const AttentionMask &mask,
                   const std::function<Rows(int64_t)> &rowsOf)
    : ids(ids), marks(marks), time(time), tilesOfSequence((time + tileKeys - 1) / tileKeys),
      ends(size_t(batch * time), time) {
  tiles.resize(size_t(batch * tilesOfSequence));
  for (int64_t s = 0; s < batch; ++s) {
    auto [start, count, firstQuery] = rowsOf(s);
    follow(s, count, firstQuery, start, mask);
    for (int64_t begin = 0; begin < count; begin += tileKeys) {
      int64_t first = s * time + begin, last = s * time + std::min(count, begin + tileKeys);
      Tile &tile = tiles[size_t(s * tilesOfSequence + begin / tileKeys)];
      tile.until = *std::max_element(ends.begin() + first, ends.begin() + last);
      if (ids) {
        auto [least, most] = std::minmax_element(ids + first, ids + last);
        tile.least = *least, tile.most = *most;
      }
    }
  }
}

/// Goes along each segment of a sequence: a window counts the segment's own keys, and marked ones alone.
void Segments::follow(int64_t sequence, int64_t count, int64_t firstQuery, int64_t start, const AttentionMask &mask) {
  const int32_t *id = ids ? ids + sequence * time : nullptr;
  int64_t *end = ends.data() + sequence * time;
  std::vector<int64_t> order(static_cast<size_t>(count)); // by segment, then by position
  std::iota(order.begin(), order.end(), 0);
  if (id && !std::is_sorted(id, id + count))
    std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return id[a] < id[b]; });
  std::vector<int64_t> keys;
  for (size_t begin = 0, next; begin < order.size(); begin = next) {
    for (next = begin + 1; next < order.size() && (!id || id[order[next]] == id[order[begin]]);)
      ++next;
    keys.clear();
    for (size_t i = begin; i < next; ++i) {
      if (!marks || marks[sequence * time + order[i]] != 0.0f)
        keys.push_back(order[i]);
      else
        end[order[i]] = 0;
    }
    // The keys that the query sees are number `from` … `to` - 1; both move forward with the query.
    size_t before = 0, to = 0, past = 0;
    for (size_t i = begin; i < next; ++i) {
      AttentionMask::Range seen = mask.keysOf(order[i], count, start);
      while (to < keys.size() && keys[to] < seen.end)
        ++to;
      while (before < keys.size() && keys[before] < seen.begin)
        ++before;
      size_t from = before;
      if (mask.window > 0 && int64_t(to) > mask.window)
        from = std::max(from, to - size_t(mask.window));
      if (order[i] >= firstQuery && to > from)
        visible += double(to - from);
      while (past < from)
        end[keys[past++]] = order[i];
    }
  }
}
