//===- Scatter.cpp - summing rows into a table by id ----------------------===//
//
// Tokens are sorted by id (counting, stable); each row of the table is then summed by
// one thread in the order of the tokens, so the result depends on nothing else. Sums are in
// double: most rows have few tokens, but one may have them all.
//
//===----------------------------------------------------------------------===//

#include "Calls.h"
#include "Rows.h"
#include "TableCheck.h"
#include "TableReader.h"
#include <algorithm>
#include <omp.h>

using namespace braid::rt;

static void addRow(double *__restrict out, const char *in, int64_t dtype, int64_t width) {
  if (dtype == BRAID_F32) {
    const float *values = reinterpret_cast<const float *>(in);
    for (int64_t j = 0; j < width; ++j)
      out[j] += double(values[j]);
  } else {
    const uint16_t *values = reinterpret_cast<const uint16_t *>(in);
    for (int64_t j = 0; j < width; ++j)
      out[j] += double(widen(values[j]));
  }
}

void braid::rt::tables::scatter(TableCheck &table) {
  table.next(1, mostNumbers, "the number of rows");
  table.next(1, mostNumbers, "the width of a row");
  for (int i = 0; i < 3; ++i)
    table.buffer();
}

int32_t braid::rt::scatter(braid_context *abi, const char *name, const int64_t *table) {
  Context &context = stateOf(abi);
  CallTimer timer(context, "scatter", name);
  Cursor cursor(table);
  int64_t rows = cursor.next(), width = cursor.next();
  Buffer in = Buffer::read(*abi, cursor), ids = Buffer::read(*abi, cursor), sums = Buffer::read(*abi, cursor);
  const int32_t *id = reinterpret_cast<const int32_t *>(ids.data);

  int threads = context.threads();
  RowsAtWork work(*abi);
  int64_t tokens = work.count();
  int64_t *first = reinterpret_cast<int64_t *>(context.scratch(threads, size_t(rows + 1 + tokens) * 8));
  if (!first)
    return context.fail("out of memory for summing rows by id");
  int64_t *order = first + rows + 1;
  std::fill(first, first + rows + 1, 0);
  auto eachInside = [&](auto body) {
    for (RowRange range : work.ranges())
      for (int64_t token = range.begin; token < range.end; ++token)
        if (id[token] >= 0 && id[token] < rows)
          body(token);
  };
  eachInside([&](int64_t token) { ++first[id[token] + 1]; });
  for (int64_t row = 0; row < rows; ++row)
    first[row + 1] += first[row];
  eachInside([&](int64_t token) { order[first[id[token]]++] = token; });
  // first[row] now is where row + 1 begins.
  int used = rows * width + tokens * width < 16384 ? 1 : threads;
  for (int thread = 0; thread < used; ++thread)
    if (!context.scratch(thread, size_t(width) * sizeof(double)))
      return context.fail("out of memory for summing rows by id");
#pragma omp parallel for num_threads(used) schedule(dynamic, 16) if (used > 1)
  for (int64_t row = 0; row < rows; ++row) {
    float *out = sums.floats() + row * width;
    int64_t begin = row ? first[row - 1] : 0, end = first[row];
    if (begin == end) {
      std::fill(out, out + width, 0.0f);
      continue;
    }
    double *sum = reinterpret_cast<double *>(context.scratch(omp_get_thread_num(), 0));
    std::fill(sum, sum + width, 0.0);
    for (int64_t at = begin; at < end; ++at)
      addRow(sum, in.at(order[at] * width), in.dtype, width);
    std::copy(sum, sum + width, out);
  }
  return 0;
}
