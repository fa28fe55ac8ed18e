//===- TileKernels.cpp - choosing by the processor ------------------------===//

#include "TileKernels.h"
#include <cstdlib>
#include <cstring>

namespace braid::rt {
extern const TileKernels tileKernelsAVX2, tileKernelsAVX512;
} // namespace braid::rt

using namespace braid::rt;

/// BRAID_VECTOR=avx2 keeps to AVX2, for tests.
static const TileKernels &choose() {
  const char *wish = std::getenv("BRAID_VECTOR");
  bool narrow = wish && !std::strcmp(wish, "avx2");
  return __builtin_cpu_supports("avx512f") && !narrow ? tileKernelsAVX512 : tileKernelsAVX2;
}

const TileKernels &braid::rt::tileKernels() {
  static const TileKernels &chosen = choose();
  return chosen;
}
