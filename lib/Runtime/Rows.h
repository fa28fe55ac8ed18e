//===- Rows.h - the rows that a call works on -----------------------------===//
#ifndef BRAID_LIB_RUNTIME_ROWS_H
#define BRAID_LIB_RUNTIME_ROWS_H

#include "braid/Runtime/ABI.h"
#include <algorithm>
#include <vector>

namespace braid::rt {

/// Rows of token buffers, half-open.
struct RowRange {
  int64_t begin, end;
};

/// The rows at work of all sequences, in order: ranges as long as can be.
class RowsAtWork {
public:
  explicit RowsAtWork(const braid_context &context);

  int64_t count() const { return total; }
  /// Every row of the buffers.
  bool all() const { return total == tokens; }
  const std::vector<RowRange> &ranges() const { return list; }

  /// body(begin, end) for the rows that are number `from` … `until` - 1 of those at work.
  template <typename Body> void between(int64_t from, int64_t until, Body body) const {
    for (const RowRange &range : list) {
      int64_t size = range.end - range.begin;
      int64_t begin = std::clamp<int64_t>(from, 0, size), end = std::clamp<int64_t>(until, 0, size);
      if (begin < end)
        body(range.begin + begin, range.begin + end);
      from -= size, until -= size;
      if (until <= 0)
        return;
    }
  }

private:
  std::vector<RowRange> list;
  int64_t total = 0, tokens;
};

} // namespace braid::rt

#endif
