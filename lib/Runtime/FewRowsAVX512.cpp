//===- FewRowsAVX512.cpp - products of a few rows for AVX-512 -------------===//

#define BRAID_LANES 16
#define BRAID_TOGETHER 8
#define BRAID_KERNELS fewRowsAVX512
#include "FewRows.inc"
