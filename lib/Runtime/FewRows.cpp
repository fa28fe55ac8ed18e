//===- FewRows.cpp - products of a few rows with a large matrix -----------===//
//
// One token of a text, or one of each of a few texts, with the weights of a model: what
// counts is that the weights are read once and in order, as fast as memory gives them.
//
//===----------------------------------------------------------------------===//

#include "FewRows.h"
#include "Threads.h"
#include "braid/Runtime/Context.h"
#include <algorithm>

using namespace braid::rt;

namespace {

typedef float Vec __attribute__((vector_size(32)));
typedef uint32_t Bits __attribute__((vector_size(32)));
typedef uint16_t Halves __attribute__((vector_size(16)));
constexpr int64_t lanes = 8;

inline Vec load(const float *from) {
  Vec value;
  std::memcpy(&value, from, sizeof value);
  return value;
}
inline Vec load(const uint16_t *from) {
  Halves halves;
  std::memcpy(&halves, from, sizeof halves);
  return (Vec)(__builtin_convertvector(halves, Bits) << 16);
}
inline void store(float *to, Vec value) { std::memcpy(to, &value, sizeof value); }
inline float wide(float value) { return value; }
inline float wide(uint16_t value) { return widen(value); }

/// Terms that are added in fp32 before a sum is continued in double.
constexpr int64_t longSum = 1024;
/// Rows of B that are read side by side: each is a stream of its own to the processor.
constexpr int64_t together = 4;

struct Task {
  const Product &p;
  const float *a; ///< packed [m][k]
  float *sums;    ///< [pieces][m][n]
};

/// sums[i][j] += sum over `count` x of a[i][x] · b[x][j].
template <int64_t Count, typename Number> void addRows(const Product &p, const float *a, const Number *b, float *sums) {
  int64_t j = 0;
  for (; j + 2 * lanes <= p.n; j += 2 * lanes) {
    Vec left[Count], right[Count];
    for (int64_t x = 0; x < Count; ++x) {
      // Rows are short for the processor to see where they lead.
      __builtin_prefetch(b + (x + Count) * p.b.row + j, 0, 2);
      left[x] = load(b + x * p.b.row + j);
      right[x] = load(b + x * p.b.row + j + lanes);
    }
    for (int64_t i = 0; i < p.m; ++i) {
      float *to = sums + i * p.n + j;
      Vec l = load(to), r = load(to + lanes);
      for (int64_t x = 0; x < Count; ++x) {
        l += left[x] * a[i * p.k + x];
        r += right[x] * a[i * p.k + x];
      }
      store(to, l);
      store(to + lanes, r);
    }
  }
  for (; j < p.n; ++j)
    for (int64_t i = 0; i < p.m; ++i)
      for (int64_t x = 0; x < Count; ++x)
        sums[i * p.n + j] += wide(b[x * p.b.row + j]) * a[i * p.k + x];
}

/// The part of the product that rows begin … end-1 of B give.
template <typename Number> void piece(const Task &task, int64_t begin, int64_t end, float *sums) {
  const Product &p = task.p;
  std::fill(sums, sums + p.m * p.n, 0.0f);
  const Number *b = reinterpret_cast<const Number *>(p.b.data);
  int64_t x = begin;
  for (; x + together <= end; x += together)
    addRows<together>(p, task.a + x, b + x * p.b.row, sums);
  for (; x < end; ++x)
    addRows<1>(p, task.a + x, b + x * p.b.row, sums);
}

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

/// Columns j … j+Count-1 of the product, from as many columns of B.
template <int64_t Count, typename Number> void columns(const Task &task, int64_t j) {
  const Product &p = task.p;
  const Number *b = reinterpret_cast<const Number *>(p.b.data) + j * p.b.col;
  for (int64_t i = 0; i < p.m; ++i) {
    const float *a = task.a + i * p.k;
    Vec sums[Count][2] = {};
    int64_t x = 0;
    for (; x + 2 * lanes <= p.k; x += 2 * lanes) {
      Vec left = load(a + x), right = load(a + x + lanes);
      for (int64_t column = 0; column < Count; ++column) {
        sums[column][0] += left * load(b + column * p.b.col + x);
        sums[column][1] += right * load(b + column * p.b.col + x + lanes);
      }
    }
    for (int64_t column = 0; column < Count; ++column) {
      double sum = 0;
      for (int64_t lane = 0; lane < lanes; ++lane)
        sum += double(sums[column][0][lane]) + double(sums[column][1][lane]);
      for (int64_t rest = x; rest < p.k; ++rest)
        sum += double(a[rest]) * double(wide(b[column * p.b.col + rest]));
      put(p, i, j + column, sum);
    }
  }
}

template <typename Number> void byColumns(const Task &task, int64_t begin, int64_t end) {
  int64_t j = begin;
  for (; j + together <= end; j += together)
    columns<together, Number>(task, j);
  for (; j < end; ++j)
    columns<1, Number>(task, j);
}

template <typename Number> void run(Context &context, const Task &task, int64_t pieces) {
  const Product &p = task.p;
  int threads = context.threads();
  if (p.b.col != 1) {
    forPieces(threads, [&](int part) { byColumns<Number>(task, p.n * part / threads, p.n * (part + 1) / threads); });
    return;
  }
  auto sumsOf = [&](int64_t number) { return task.sums + number * p.m * p.n; };
#pragma omp parallel num_threads(threads)
  {
#pragma omp for schedule(static)
    for (int64_t part = 0; part < pieces; ++part)
      piece<Number>(task, p.k * part / pieces, p.k * (part + 1) / pieces, sumsOf(part));
#pragma omp for schedule(static) collapse(2)
    for (int64_t i = 0; i < p.m; ++i)
      for (int64_t j = 0; j < p.n; ++j) {
        double sum = 0;
        for (int64_t part = 0; part < pieces; ++part)
          sum += double(sumsOf(part)[i * p.n + j]);
        put(p, i, j, sum);
      }
  }
}

} // namespace

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
  size_t numbers = size_t(p.m * p.k + pieces * p.m * p.n);
  float *memory = reinterpret_cast<float *>(context.scratch(threads, numbers * sizeof(float)));
  if (!memory)
    return false;
  for (int64_t i = 0; i < p.m; ++i)
    for (int64_t x = 0; x < p.k; ++x) {
      const char *from = p.a.data + (i * p.a.row + x * p.a.col) * bytesOf(p.a.dtype);
      widenRow(memory + i * p.k + x, from, p.a.dtype, 1);
    }
  Task task = {p, memory, memory + p.m * p.k};
  if (p.b.dtype == BRAID_BF16)
    run<uint16_t>(context, task, pieces);
  else
    run<float>(context, task, pieces);
  return true;
}
