//===- FewRowsAVX2.cpp - products of a few rows for AVX2 ------------------===//

#define BRAID_LANES 8
#define BRAID_TOGETHER 4
#define BRAID_KERNELS fewRowsAVX2
#include "FewRows.inc"
