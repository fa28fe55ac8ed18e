//===- TileKernels.cpp - choosing by the processor ------------------------===//

#include "TileKernels.h"
#include <cstdlib>
#include <cstring>

namespace braid::rt {
extern const TileKernels tileKernelsAVX2, tileKernelsAVX512;
} // namespace braid::rt

using namespace braid::rt;

bool braid::rt::isWide() {
  const char *wish = std::getenv("BRAID_VECTOR");
  return __builtin_cpu_supports("avx512f") && !(wish && !std::strcmp(wish, "avx2"));
}

const TileKernels &braid::rt::tileKernels() {
  static const TileKernels &chosen = isWide() ? tileKernelsAVX512 : tileKernelsAVX2;
  return chosen;
}
