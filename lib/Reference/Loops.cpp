//===- Loops.cpp - loops over named dimensions ----------------------------===//

#include "Loops.h"

using namespace braid::ref;

void braid::ref::addAlong(const Nest<2> &nest, const double *from, double *to, bool single) {
  if (single)
    return forEach(nest, [&](auto at) { to[at[1]] = float(to[at[1]] + from[at[0]]); });
  forEachRow(nest, [&](auto at, int64_t count, auto &steps) {
    const double *source = from + at[0];
    double *target = to + at[1];
    if (steps[0] == 1 && steps[1] == 1)
      for (int64_t i = 0; i < count; ++i)
        target[i] += source[i];
    else
      for (int64_t i = 0; i < count; ++i)
        target[i * steps[1]] += source[i * steps[0]];
  });
}

/// The inner loop of a contraction; the three operands are out, a, b.
static void contractRow(double *out, const double *a, const double *b, int64_t count,
                        const std::array<int64_t, 3> &steps) {
  if (steps[0] == 1 && steps[1] == 0 && steps[2] == 1) {
    for (int64_t i = 0; i < count; ++i)
      out[i] += *a * b[i];
  } else if (steps[0] == 0) {
    // Four sums, so that an addition need not wait for the one before.
    double sums[4] = {};
    int64_t i = 0;
    for (; i + 4 <= count; i += 4)
      for (int64_t j = 0; j < 4; ++j)
        sums[j] += a[(i + j) * steps[1]] * b[(i + j) * steps[2]];
    for (; i < count; ++i)
      sums[0] += a[i * steps[1]] * b[i * steps[2]];
    *out += (sums[0] + sums[1]) + (sums[2] + sums[3]);
  } else {
    for (int64_t i = 0; i < count; ++i)
      out[i * steps[0]] += a[i * steps[1]] * b[i * steps[2]];
  }
}

/// The same with every product and every sum rounded to fp32.
static void contractRowInSingle(double *out, const double *a, const double *b, int64_t count,
                                const std::array<int64_t, 3> &steps) {
  if (steps[0] == 0) {
    // Each sum of two fp32 numbers, rounded once.
    float sums[4] = {};
    int64_t i = 0;
    for (; i + 4 <= count; i += 4)
      for (int64_t j = 0; j < 4; ++j)
        sums[j] += float(a[(i + j) * steps[1]] * b[(i + j) * steps[2]]);
    for (; i < count; ++i)
      sums[0] += float(a[i * steps[1]] * b[i * steps[2]]);
    *out = float(*out) + ((sums[0] + sums[1]) + (sums[2] + sums[3]));
  } else {
    for (int64_t i = 0; i < count; ++i)
      out[i * steps[0]] = float(out[i * steps[0]] + float(a[i * steps[1]] * b[i * steps[2]]));
  }
}

void braid::ref::contract(double *out, const Dims &outDims, const double *a, const Dims &aDims, const double *b,
                          const Dims &bDims, bool single) {
  Dims loops = aDims;
  for (const Dim &dim : bDims)
    if (!hasDim(loops, dim.name))
      loops.push_back(dim);
  // The loop whose steps are shortest goes innermost, for speed.
  auto cost = [&](const Dim &dim) {
    int64_t sum = 0;
    for (const Dims *operand : {&outDims, &aDims, &bDims})
      sum += std::min<int64_t>(strideOf(*operand, dim.name), 4);
    return std::tuple(sum, -dim.size, dim.name);
  };
  llvm::sort(loops, [&](const Dim &x, const Dim &y) { return cost(x) > cost(y); });
  // So that one of the two special inner loops fits.
  if (!loops.empty() && strideOf(aDims, loops.back().name) && !strideOf(bDims, loops.back().name))
    return contract(out, outDims, b, bDims, a, aDims, single);
  forEachRow(Nest<3>(loops, {outDims, aDims, bDims}), [&](auto at, int64_t count, auto &steps) {
    (single ? contractRowInSingle : contractRow)(out + at[0], a + at[1], b + at[2], count, steps);
  });
}
