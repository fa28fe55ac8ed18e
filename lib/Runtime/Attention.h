//===- Attention.h - what forward and backward attention share ------------===//
#ifndef BRAID_LIB_RUNTIME_ATTENTION_H
#define BRAID_LIB_RUNTIME_ATTENTION_H

#include "Segments.h"
#include "TableReader.h"
#include "TileKernels.h"
#include "braid/Runtime/MaskNumber.h"
#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

namespace braid::rt {

using Range = AttentionMask::Range;

/// Keys and values that take part in a softmax. Its rows count from the oldest one that is remembered, queries from the
/// run's first: the query in row i stands in row before(s) + i of the source.
struct AttentionSource {
  bool slots;         ///< learned positions, the same for every token, instead of the sequence's tokens
  AttentionMask mask; ///< slots are all seen: they have no position in the sequence
  int64_t count;      ///< positions: tokens of a sequence, or slots
  braid_rows rows;    ///< at work
  std::optional<Segments> segments;
  Buffer k, v, kGrad, vGrad;

  /// Rows of sequence `s` of earlier runs.
  int64_t before(int64_t s) const { return k.before(s); }
  /// Rows of a sequence in the buffers.
  int64_t stride() const { return k.stride(rows.time); }
  /// The position of row 0 of sequence `s`; slots have none.
  int64_t startOf(int64_t s) const { return slots || !rows.start ? 0 : rows.start[s] - before(s); }
  /// The rows of sequence `s` that there are: up to the last row at work, or all slots.
  int64_t countOf(int64_t s) const { return slots ? count : before(s) + rows.first[s] + rows.count[s]; }
  /// The rows that the query in row `query` of sequence `s` sees; where keys are picked, others too.
  Range seenBy(int64_t s, int64_t query) const { return mask.keysOf(before(s) + query, countOf(s), startOf(s)); }
  /// Of rows 0 … queries-1 of sequence `s` the queries that see row `key`; a range, since seenBy moves forward only.
  /// With segments, those of its own segment in the range.
  Range seersOf(int64_t s, int64_t key, int64_t queries) const {
    int64_t past = before(s);
    Range seers = mask.queriesOf(key, countOf(s), past + queries, startOf(s));
    if (segments)
      seers.end = std::min(seers.end, segments->until(s, key));
    return {std::max<int64_t>(0, seers.begin - past), seers.end - past};
  }
  /// Whether the query in row `query` of `queries` in sequence `s` sees row `key`.
  bool sees(int64_t s, int64_t query, int64_t key, int64_t queries) const {
    Range seers = seersOf(s, key, queries);
    return seers.begin <= query && query < seers.end && (!segments || segments->same(s, before(s) + query, key));
  }
};

/// The table of an attention and of its gradient.
struct Attention {
  int64_t batch, time, heads, group, d, e;
  braid_rows rows; ///< at work
  float scale;
  Buffer q, output, lse, outputGrad, queryGrad;
  bool accumulate = false; ///< gradients of keys and values are added to what is there
  std::vector<AttentionSource> sources;

  static Attention read(const braid_context &context, const int64_t *table, bool gradient);
  /// Pairs of a query and a position that it sees, over all sequences, heads and sources.
  double visiblePairs() const;

  int64_t paddedD() const { return (d + tilePad - 1) / tilePad * tilePad; }
  int64_t paddedE() const { return (e + tilePad - 1) / tilePad * tilePad; }
  int64_t queryTiles() const { return (time + tileQueries - 1) / tileQueries; }
  /// The queries of a tile that are at work; tiles begin at multiples of tileQueries, whichever are.
  Range queriesOf(int64_t s, int64_t tile) const {
    int64_t first = rows.first[s], end = first + rows.count[s], begin = std::max(first, tile * tileQueries);
    return {begin, std::max(begin, std::min(end, (tile + 1) * tileQueries))};
  }
  /// Row of query `i` of sequence `s` in [tokens][h][g].
  int64_t queryRow(int64_t s, int64_t i, int64_t h, int64_t g) const {
    return ((s * time + i) * heads + h) * group + g;
  }
  /// Row of position `j` of a source in [tokens or slots][h].
  int64_t keyRow(const AttentionSource &source, int64_t s, int64_t j, int64_t h) const {
    return ((source.slots ? 0 : s * source.stride()) + j) * heads + h;
  }
};

/// Rows of a source that some query of [first, last] of sequence `s` sees, perhaps more; with segments they begin where
/// a tile does.
inline Range seenByTile(const AttentionSource &source, int64_t s, int64_t first, int64_t last) {
  Range seen = {source.seenBy(s, first).begin, source.seenBy(s, last).end};
  if (source.segments)
    seen.begin = seen.begin / tileKeys * tileKeys;
  return seen;
}

/// False where segments show that no query of rows query0 … query0+queries-1 sees a key of the tile from key0.
bool mayMeet(const AttentionSource &source, int64_t s, int64_t key0, int64_t query0, int64_t queries);

/// Sets the numbers [keys from key0][queries from query0] of pairs of sequence `s` that do not see each other to
/// `value`; false where there are none. With segments key0 is a multiple of tileKeys.
bool hide(const AttentionSource &source, int64_t s, int64_t key0, int64_t keys, int64_t query0, int64_t queries,
          int64_t time, float value, float *numbers);

/// out[r][0…padded): rows row(r) of `width` numbers, padded with zeros.
template <typename RowOf>
void packRows(const Buffer &buffer, int64_t rows, int64_t width, int64_t padded, RowOf rowOf, float *out) {
  for (int64_t r = 0; r < rows; ++r, out += padded) {
    widenRow(out, buffer.at(rowOf(r) * width), buffer.dtype, width);
    for (int64_t x = width; x < padded; ++x)
      out[x] = 0.0f;
  }
}

/// out[x][r] = in[r][x] · factor for rows × width numbers; out has rows of tileQueries, padded with zeros.
void packTransposed(const float *in, int64_t rows, int64_t width, int64_t padded, float factor, float *out);

} // namespace braid::rt

#endif
