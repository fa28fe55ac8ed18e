//===- FewRows.cpp - products of a few rows with a large matrix -----------===//
//
// One token of a text, or one of each of a few texts, with the weights of a model: what
// counts is that the weights are read once and in order, as fast as memory gives them.
//
//===----------------------------------------------------------------------===//

#include "FewRows.h"
#include "FewRowsKernels.h"
#include "Threads.h"
#include "TileKernels.h"
#include "braid/Runtime/Context.h"
#include <algorithm>

using namespace braid::rt;

namespace {

/// Terms that are added in fp32 before a sum is continued in double.
constexpr int64_t longSum = 1024;

void put(const Product &p, int64_t i, int64_t j, double value) {
  int64_t at = i * p.c.row + j * p.c.col;
  if (p.c.dtype == BRAID_BF16) {
    uint16_t *c = reinterpret_cast<uint16_t *>(p.c.data) + at;
    *c = narrow(float(value + (p.accumulate ? double(widen(*c)) : 0)));
  } else {
    float *c = reinterpret_cast<float *>(p.c.data) + at;
    *c = float(value + (p.accumulate ? double(*c) : 0));
  }
}

/// B's columns are contiguous: each result is a sum along one.
void byColumns(int threads, const Product &p, const float *a) {
  const FewRowsKernels &kernels = fewRowsKernels();
  forPieces(threads, [&](int part) {
    for (int64_t j = p.n * part / threads; j < p.n * (part + 1) / threads; ++j)
      for (int64_t i = 0; i < p.m; ++i)
        put(p, i, j,
            kernels.dot(a + i * p.k, p.b.data + j * p.b.col * bytesOf(p.b.dtype), p.b.dtype == BRAID_BF16, p.k));
  });
}

/// From a row of sums to the next: rows that begin in the same lines of a cache would push each other out.
int64_t strideOf(const Product &p) { return (p.n + 15) / 16 * 16 + 16; }

/// B's rows are contiguous: `pieces` of them add to sums of their own, [pieces][m][stride].
void byRows(int threads, const Product &p, const float *a, int64_t pieces, float *sums) {
  const FewRowsKernels &kernels = fewRowsKernels();
  auto sumsOf = [&](int64_t number) { return sums + number * p.m * strideOf(p); };
#pragma omp parallel num_threads(threads)
  {
#pragma omp for schedule(static)
    for (int64_t part = 0; part < pieces; ++part) {
      std::fill(sumsOf(part), sumsOf(part + 1), 0.0f);
      kernels.rows({p.m, p.n, p.k, p.b.row, p.k * part / pieces, p.k * (part + 1) / pieces, strideOf(p), a, p.b.data,
                    p.b.dtype == BRAID_BF16, sumsOf(part)});
    }
#pragma omp for schedule(static) collapse(2)
    for (int64_t i = 0; i < p.m; ++i)
      for (int64_t j = 0; j < p.n; ++j) {
        double sum = 0;
        for (int64_t part = 0; part < pieces; ++part)
          sum += double(sumsOf(part)[i * strideOf(p) + j]);
        put(p, i, j, sum);
      }
  }
}

} // namespace

const FewRowsKernels &braid::rt::fewRowsKernels() {
  static const FewRowsKernels &chosen = isWide() ? fewRowsAVX512 : fewRowsAVX2;
  return chosen;
}

bool braid::rt::isOfFewRows(const Product &p) {
  constexpr int64_t worthwhile = 16384; // numbers of B
  auto isReal = [](const Matrix &matrix) { return matrix.dtype == BRAID_F32 || matrix.dtype == BRAID_BF16; };
  return p.batch == 1 && p.m <= mostFewRows && (p.b.col == 1 || p.b.row == 1) && p.n * p.k >= worthwhile &&
         isReal(p.a) && isReal(p.b) && isReal(p.c);
}

bool braid::rt::multiplyFewRows(Context &context, const Product &p) {
  int threads = context.threads();
  int64_t pieces = 0;
  if (p.b.col == 1) // as many for every thread, none of them a long sum
    pieces = std::max<int64_t>(1, (p.k + longSum * threads - 1) / (longSum * threads)) * threads;
  size_t numbers = size_t(p.m * p.k + pieces * p.m * strideOf(p));
  float *memory = reinterpret_cast<float *>(context.scratch(threads, numbers * sizeof(float)));
  if (!memory)
    return false;
  for (int64_t i = 0; i < p.m; ++i)
    for (int64_t x = 0; x < p.k; ++x) {
      const char *from = p.a.data + (i * p.a.row + x * p.a.col) * bytesOf(p.a.dtype);
      widenRow(memory + i * p.k + x, from, p.a.dtype, 1);
    }
  if (p.b.col == 1)
    byRows(threads, p, memory, pieces, memory + p.m * p.k);
  else
    byColumns(threads, p, memory);
  return true;
}
