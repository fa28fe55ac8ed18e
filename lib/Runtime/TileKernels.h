//===- TileKernels.h - vector code for tiles of attention -----------------===//
//
// The inner loops of attention over small dense fp32 tiles, compiled once for AVX2
// and once for AVX-512; `tileKernels` picks by the processor. Scores are kept
// transposed, [key][query]: the softmax over keys then works on whole vectors.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_RUNTIME_TILEKERNELS_H
#define BRAID_LIB_RUNTIME_TILEKERNELS_H

#include <cstdint>

namespace braid::rt {

/// Queries of a tile, and the distance between rows of scores.
constexpr int64_t tileQueries = 64;
/// Keys of a tile.
constexpr int64_t tileKeys = 64;
/// Rows of packed tiles are padded to a multiple of this: the widest vector.
constexpr int64_t tilePad = 16;

struct TileKernels {
  /// c[i][j] = (accumulate ? c[i][j] : 0) + sum over x of a[i·am + x·ak] · b[x·ldb + j]; n is a multiple of tilePad.
  /// What is added to c is summed from zero: over many tiles errors grow with their number, not with that of the terms.
  void (*multiply)(int64_t m, int64_t n, int64_t k, const float *a, int64_t am, int64_t ak, const float *b, int64_t ldb,
                   float *c, int64_t ldc, bool accumulate);
  /// One step of an online softmax over `keys` rows of scores, for tileQueries queries: scores become
  /// exp(score - new maximum); `maximum`, `sum` are brought up to date; `correction` is what earlier
  /// results are to be multiplied by. Scores of -inf count as nothing.
  void (*softmaxStep)(int64_t keys, float *scores, float *maximum, float *sum, float *correction);
  /// scores become P = exp(score - lse), gradients become P · (gradient - delta).
  void (*softmaxGrad)(int64_t keys, float *scores, float *gradients, const float *lse, const float *delta);
  /// row[i][j] *= factor[i] for `rows` rows of n (a multiple of tilePad).
  void (*scaleRows)(int64_t rows, int64_t n, float *matrix, const float *factor);
  const char *name;
};

/// Whether this processor has AVX-512; BRAID_VECTOR=avx2 keeps to AVX2, for tests.
bool isWide();
/// Those for this processor (at least AVX2).
const TileKernels &tileKernels();

} // namespace braid::rt

#endif
