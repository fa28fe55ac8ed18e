//===- AttentionMask.h - which keys a query sees --------------------------===//
//
// The one description of what attention looks at, for the runtime, the interpreters
// and the oracle. `allows` is the definition. The ranges are the same without looking
// at every key; braid-runtime-test holds them to a definition of its own. Around it:
// the scores are scale · q · k, and the keys that are seen, of all sources in the order
// of the operands, share one softmax.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_SUPPORT_ATTENTIONMASK_H
#define BRAID_SUPPORT_ATTENTIONMASK_H

#include <algorithm>
#include <cstdint>
#include <optional>

namespace braid {

struct AttentionMask {
  enum class Base : int8_t {
    Causal,  ///< keys at the query's position and before it
    Strict,  ///< keys before it
    All,     ///< every key; slots have no position
    Earlier, ///< keys in the chunks of `span` positions before the query's own
  };
  /// Half open, of rows; empty where end <= begin.
  struct Range {
    int64_t begin, end;
  };

  Base base = Base::Causal;
  int64_t span = 0;      ///< of Earlier
  int64_t chunk = 0;     ///< 0: none; else of these only the keys in the query's own chunk of so many positions
  bool segments = false; ///< of these only the keys of the query's own segment
  bool only = false;     ///< of these only the keys that are marked
  int64_t window = 0;    ///< 0: none; else of these the newest so many

  /// Whether keys are left out for what they are, not for where they stand.
  bool picksKeys() const { return segments || only; }

  /// Whether the query at position `query` may see the key at position `key`. A window then keeps the newest of those
  /// that are allowed.
  bool allows(int64_t query, int64_t key, bool ownSegment = true, bool marked = true) const {
    return (base == Base::All || key < end(query)) && (chunk == 0 || key / chunk == query / chunk) &&
           (!segments || ownSegment) && (!only || marked);
  }

  /// How many positions before its own a query looks at most; nothing where there is no bound.
  std::optional<int64_t> reach() const {
    std::optional<int64_t> bound;
    auto limit = [&](int64_t rows) { bound = std::min(rows, bound.value_or(rows)); };
    if (chunk > 0)
      limit(chunk - 1);
    // The newest of what is picked may be as old as the sequence.
    if (window > 0 && !picksKeys())
      limit(base == Base::Causal ? window - 1 : base == Base::Earlier ? window + span - 1 : window);
    return bound;
  }

  // Rows count from 0; row 0 stands at position `start`. There are `count` rows.

  /// The keys that the query in row `query` sees; where the mask picks keys, others as well, and those beyond its
  /// window.
  Range keysOf(int64_t query, int64_t count, int64_t start = 0) const {
    int64_t position = start + query, first = 0,
            last = base == Base::All ? count : std::min(count, end(position) - start);
    if (chunk > 0) {
      first = std::max<int64_t>(0, position / chunk * chunk - start);
      last = std::min(last, (position / chunk + 1) * chunk - start);
    }
    if (window > 0 && !picksKeys())
      first = std::max(first, last - window);
    return {first, last};
  }
  /// Of rows 0 … queries-1 the queries that see the key in row `key`, but for what picks keys.
  Range queriesOf(int64_t key, int64_t count, int64_t queries, int64_t start = 0) const {
    int64_t position = start + key, first = 0, last = queries;
    // The queries whose keys end behind this one.
    if (base != Base::All)
      first = std::max<int64_t>(0, firstPast(position) - start);
    bool limited = window > 0 && !picksKeys();
    // From this query on, the window has moved past the key.
    if (limited && base != Base::All)
      last = std::min(last, firstPast(position + window) - start);
    if (chunk > 0) {
      int64_t chunkEnd = (position / chunk + 1) * chunk - start;
      first = std::max(first, chunkEnd - chunk);
      last = std::min(last, chunkEnd);
      count = std::min(count, chunkEnd);
    }
    if (limited && base == Base::All && key < count - window)
      last = first;
    return {first, last};
  }

private:
  /// The keys before this position are allowed by the base.
  int64_t end(int64_t query) const {
    return base == Base::Causal ? query + 1 : base == Base::Strict ? query : query / span * span;
  }
  /// The first position whose keys reach beyond `key`.
  int64_t firstPast(int64_t key) const {
    return base == Base::Causal ? key : base == Base::Strict ? key + 1 : (key / span + 1) * span;
  }
};

} // namespace braid

#endif
