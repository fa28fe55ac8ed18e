//===- Names.h - what the plan of a scatter and its kernels agree on ------===//
#ifndef BRAID_LIB_CONVERSION_SCATTERTOGPU_NAMES_H
#define BRAID_LIB_CONVERSION_SCATTERTOGPU_NAMES_H

#include "llvm/ADT/StringRef.h"
#include <algorithm>
#include <cstdint>
#include <string>

namespace braid::row::scatter {

/// Sorting goes by digits of 8 bits, from the lowest; a warp counts and places the tokens of a chunk in order.
constexpr int64_t digitBits = 8, digits = 1 << digitBits, chunk = 256;
/// Sorted tokens whose rows one block sums in order.
constexpr int64_t tile = 32;
constexpr int64_t warp = 32, warpsPerBlock = 4, scanThreads = 512;

/// Dynamic shared memory of a block, in bytes: a table of digits for each warp; a number for each thread.
constexpr int64_t tableBytes = warpsPerBlock * digits * 4, scanBytes = scanThreads * 4;

constexpr llvm::StringLiteral countName = "braid_scatter_count", offsetsName = "braid_scatter_offsets",
                              placeName = "braid_scatter_place";

inline int64_t lanesOf(int64_t width) { return width % 4 == 0 ? 4 : 1; }
/// Of a block that sums a tile.
inline int64_t tileThreads(int64_t width) {
  return std::clamp<int64_t>((width / lanesOf(width) + 31) / 32 * 32, 32, 256);
}
inline std::string tilesName(int64_t width, bool bf16) {
  return "braid_scatter_tiles_" + std::to_string(width) + (bf16 ? "_bf16" : "_fp32");
}
inline std::string rowsName(int64_t width) { return "braid_scatter_rows_" + std::to_string(width); }

} // namespace braid::row::scatter

#endif
