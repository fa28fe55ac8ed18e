//===- Rows.cpp - the rows that a call works on ---------------------------===//

#include "Rows.h"

using namespace braid::rt;

RowsAtWork::RowsAtWork(const braid_context &context) : tokens(context.tokens) {
  const braid_rows &rows = context.rows;
  for (int64_t s = 0; s < context.batch; ++s) {
    int64_t begin = s * rows.time + rows.first[s], end = begin + rows.count[s];
    if (begin == end)
      continue;
    total += end - begin;
    if (!list.empty() && list.back().end == begin)
      list.back().end = end;
    else
      list.push_back({begin, end});
  }
}
