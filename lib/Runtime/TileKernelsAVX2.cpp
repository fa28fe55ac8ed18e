//===- TileKernelsAVX2.cpp - the tile kernels for AVX2 --------------------===//
//
// Sixteen registers: 6 × 2 sums, two vectors of b, one factor.
//
//===----------------------------------------------------------------------===//

#define BRAID_LANES 8
#define BRAID_ROWS 6
#define BRAID_VECTORS 2
#define BRAID_KERNELS tileKernelsAVX2
#define BRAID_NAME "avx2"
#include "TileKernels.inc"
