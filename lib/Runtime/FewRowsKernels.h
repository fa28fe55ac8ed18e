//===- FewRowsKernels.h - vector code for products of a few rows ----------===//
//
// Compiled once for AVX2 and once for AVX-512, as the tiles of attention are.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_RUNTIME_FEWROWSKERNELS_H
#define BRAID_LIB_RUNTIME_FEWROWSKERNELS_H

#include "TableReader.h"
#include <algorithm>

namespace braid::rt {

/// Rows begin … end-1 of B, of n numbers each `row` apart, times a few rows of A.
struct RowsOfB {
  int64_t m, n, k, row, begin, end;
  int64_t stride; ///< from a row of sums to the next
  const float *a; ///< [m][k]
  const void *b;  ///< fp32 or bf16
  bool isHalf;
  float *sums; ///< [m][stride]: the product is added
};

struct FewRowsKernels {
  void (*rows)(const RowsOfB &task);
  /// The sum over n x of a[x] · b[x]; b is bf16 or fp32.
  float (*dot)(const float *a, const void *b, bool isHalf, int64_t n);
};

/// Those for this processor (at least AVX2).
const FewRowsKernels &fewRowsKernels();
extern const FewRowsKernels fewRowsAVX2, fewRowsAVX512;

} // namespace braid::rt

#endif
