//===- AttentionMask.h - which keys a query sees --------------------------===//
//
// The one description of what attention looks at, for the runtime, the interpreters
// and the oracle (state.md, 1.4). `allows` is the definition. The ranges are the same
// without looking at every key; braid-runtime-test holds them to a definition of its
// own. Around it: the scores are scale · q · k, and the keys that are seen, of all
// sources in the order of the operands, share one softmax.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_SUPPORT_ATTENTIONMASK_H
#define BRAID_SUPPORT_ATTENTIONMASK_H

#include <algorithm>
#include <cstdint>

namespace braid {

struct AttentionMask {
  enum class Base : int8_t {
    Causal, ///< keys at the query's position and before it
    Strict, ///< keys before it
    All     ///< every key; slots have no position
  };
  /// Half open, of positions; empty where end <= begin.
  struct Range {
    int64_t begin, end;
  };

  Base base = Base::Causal;
  int64_t window = 0;    ///< 0: none; else only the newest so many of the keys that are allowed
  bool segments = false; ///< only keys of the query's own segment

  /// Whether the query at `query` may see the key at `key`. A window then keeps the newest of those that are allowed.
  bool allows(int64_t query, int64_t key, bool ownSegment = true) const {
    return (base == Base::All || key < query + before()) && (!segments || ownSegment);
  }
  /// Of `count` keys those that a query sees; with segments, those of other segments too, and outside of its window.
  Range keysOf(int64_t query, int64_t count) const {
    int64_t end = base == Base::All ? count : std::min(count, query + before());
    return {window > 0 && !segments ? std::max<int64_t>(0, end - window) : 0, end};
  }
  /// Of `queries` queries those that see the key at `key` of `count`. With segments: where they begin, as a window
  /// counts the segment's own keys.
  Range queriesOf(int64_t key, int64_t count, int64_t queries) const {
    bool limited = window > 0 && !segments;
    if (base == Base::All)
      return {0, limited && key < count - window ? 0 : queries};
    int64_t first = key + 1 - before();
    return {first, limited ? std::min(queries, first + window) : queries};
  }

private:
  /// Keys before this distance from the query's position are allowed.
  int64_t before() const { return base == Base::Causal ? 1 : 0; }
};

} // namespace braid

#endif
