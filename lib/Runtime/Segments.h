//===- Segments.h - attention that picks keys -----------------------------===//
//
// Tokens with equal integers are one segment (a document of several that were packed
// into one sequence). Integers may stand in any order; where they do not decrease, two
// tiles that share no segment are known by their least and greatest integers. Keys may be
// marked: then no other is seen.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_RUNTIME_SEGMENTS_H
#define BRAID_LIB_RUNTIME_SEGMENTS_H

#include "TileKernels.h"
#include "braid/Runtime/ABI.h"
#include "braid/Support/AttentionMask.h"
#include <cstddef>
#include <functional>
#include <vector>

namespace braid::rt {

static_assert(tileQueries == tileKeys, "one table of tiles serves queries and keys");

class Segments {
public:
  /// The rows of a sequence.
  struct Rows {
    int64_t start;      ///< the position of row 0
    int64_t count;      ///< that there are
    int64_t firstQuery; ///< the first row at work
  };
  /// `ids`: [batch][time], of a sequence as many as there are; null: all are one segment. `marks`: the same, 0: not
  /// marked; null: all are. `mask` is the source's, and its queries stand in its rows.
  Segments(const int32_t *ids, const float *marks, int64_t time, int64_t batch, const AttentionMask &mask,
           const std::function<Rows(int64_t)> &rowsOf);

  /// Whether two rows are of one segment.
  bool same(int64_t sequence, int64_t a, int64_t b) const {
    return !ids || ids[sequence * time + a] == ids[sequence * time + b];
  }
  /// The first query that is past seeing this position; the queries before it, of its segment and as the mask says, see
  /// it.
  int64_t until(int64_t sequence, int64_t position) const { return ends[std::size_t(sequence * time + position)]; }
  /// False only where no query of one tile sees a key of the other, whatever the mask's kind says.
  bool meet(int64_t sequence, int64_t queryTile, int64_t keyTile) const {
    const Tile &q = tile(sequence, queryTile), &k = tile(sequence, keyTile);
    return k.least <= q.most && q.least <= k.most && k.until > queryTile * tileQueries;
  }
  /// All tokens of both tiles are of one segment.
  bool agree(int64_t sequence, int64_t queryTile, int64_t keyTile) const {
    const Tile &q = tile(sequence, queryTile), &k = tile(sequence, keyTile);
    return q.least == q.most && k.least == k.most && q.least == k.least;
  }
  /// Pairs of a query at work and a key that it sees, over all sequences.
  double pairs() const { return visible; }

private:
  struct Tile {
    int32_t least = 0, most = 0;
    int64_t until = 0; ///< the largest of its positions
  };
  const Tile &tile(int64_t sequence, int64_t i) const { return tiles[std::size_t(sequence * tilesOfSequence + i)]; }
  void follow(int64_t sequence, int64_t count, int64_t firstQuery, int64_t start, const AttentionMask &mask);

  const int32_t *ids;
  const float *marks;
  int64_t time, tilesOfSequence;
  double visible = 0;
  std::vector<int64_t> ends;
  std::vector<Tile> tiles;
};

} // namespace braid::rt

#endif
