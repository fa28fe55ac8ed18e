//===- Loops.h - loops over named dimensions ------------------------------===//
//
// Every op of the dialect is, to the oracle, a nest of loops over named dimensions
// in which each operand has a stride: zero along a dimension that it lacks. Batch and
// time are dimensions like any other.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_REFERENCE_LOOPS_H
#define BRAID_LIB_REFERENCE_LOOPS_H

#include "braid/Reference/Tensor.h"
#include <array>

namespace braid::ref {

Dims spaceDims(lang::Kind kind, int64_t batch, int64_t time);
Dims axesOf(lang::ValueType type);
int64_t countOf(const Dims &dims);
/// Elements from one index of the dimension to the next; 0 if there is no such dimension.
int64_t strideOf(const Dims &dims, llvm::StringRef name);
bool hasDim(const Dims &dims, llvm::StringRef name);

/// A nest of loops in which `N` operands are walked.
template <size_t N> struct Nest {
  using Offsets = std::array<int64_t, N>;
  llvm::SmallVector<int64_t, 6> sizes;
  llvm::SmallVector<Offsets, 6> strides; ///< of every operand, per loop
  Offsets base{};

  Nest() = default;
  /// A loop over each of `loops`, outermost first; operands are walked by name.
  Nest(const Dims &loops, const std::array<Dims, N> &operands) {
    for (const Dim &dim : loops) {
      Offsets steps;
      for (size_t i = 0; i < N; ++i)
        steps[i] = strideOf(operands[i], dim.name);
      add(dim.size, steps);
    }
  }
  void add(int64_t size, const Offsets &steps) {
    sizes.push_back(size);
    strides.push_back(steps);
  }
  /// Drops loops of one turn and joins neighbours that are one loop for every operand.
  void simplify() {
    Nest result;
    result.base = base;
    for (auto [size, steps] : llvm::zip_equal(sizes, strides)) {
      if (size == 1)
        continue;
      bool joins = !result.sizes.empty();
      for (size_t i = 0; joins && i < N; ++i)
        joins = result.strides.back()[i] == steps[i] * size;
      if (!joins) {
        result.add(size, steps);
        continue;
      }
      result.sizes.back() *= size;
      result.strides.back() = steps;
    }
    *this = result;
  }
};

/// Calls `body(offsets, count, steps)` for every run of the innermost loop.
template <size_t N, typename Body> void forEachRow(Nest<N> nest, Body &&body) {
  nest.simplify();
  if (llvm::is_contained(nest.sizes, 0))
    return;
  if (nest.sizes.empty())
    nest.add(1, {});
  size_t inner = nest.sizes.size() - 1;
  llvm::SmallVector<int64_t, 6> index(inner, 0);
  std::array<int64_t, N> at = nest.base;
  while (true) {
    body(at, nest.sizes[inner], nest.strides[inner]);
    size_t d = inner;
    for (; d > 0; --d) {
      const auto &steps = nest.strides[d - 1];
      for (size_t i = 0; i < N; ++i)
        at[i] += steps[i];
      if (++index[d - 1] < nest.sizes[d - 1])
        break;
      for (size_t i = 0; i < N; ++i)
        at[i] -= steps[i] * nest.sizes[d - 1];
      index[d - 1] = 0;
    }
    if (d == 0)
      return;
  }
}

/// Calls `body(offsets)` for every turn.
template <size_t N, typename Body> void forEach(const Nest<N> &nest, Body &&body) {
  forEachRow(nest, [&](std::array<int64_t, N> at, int64_t count, const std::array<int64_t, N> &steps) {
    for (int64_t i = 0; i < count; ++i) {
      body(at);
      for (size_t j = 0; j < N; ++j)
        at[j] += steps[j];
    }
  });
}

/// The greater of two numbers; NaN if either is.
inline double greater(double x, double y) { return x > y || x != x ? x : y; }

/// `to[…] += from[…]`; operand 0 of the nest is `from`, 1 is `to`. With `single` every sum is rounded to fp32.
void addAlong(const Nest<2> &nest, const double *from, double *to, bool single = false);

/// `out[…] += a[…] · b[…]` over all dimensions of the three: what `out` lacks is summed. With
/// `single` every product and every sum is rounded to fp32.
void contract(double *out, const Dims &outDims, const double *a, const Dims &aDims, const double *b, const Dims &bDims,
              bool single = false);

} // namespace braid::ref

#endif
