//===- TileKernelsAVX512.cpp - the tile kernels for AVX-512 ---------------===//
//
// Thirty-two registers: 6 × 4 sums, four vectors of b, one factor.
//
//===----------------------------------------------------------------------===//

#define BRAID_LANES 16
#define BRAID_ROWS 6
#define BRAID_VECTORS 4
#define BRAID_KERNELS tileKernelsAVX512
#define BRAID_NAME "avx512"
#include "TileKernels.inc"
