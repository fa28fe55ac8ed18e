//===- Outliers.cpp - NaN and infinity stay with those that see them ------===//

#include "Outliers.h"
#include <cmath>
#include <cstring>

using namespace braid::rt;

bool Outliers::areIn(const float *numbers, int64_t count) {
  constexpr uint32_t exponent = 0x7F800000; // all its bits are set in NaN and infinity alone
  uint32_t found = 0;
  for (int64_t i = 0; i < count; ++i) {
    uint32_t bits;
    std::memcpy(&bits, numbers + i, 4);
    found |= (bits & exponent) == exponent;
  }
  return found;
}

void Outliers::take(float *tile, int64_t rows, int64_t width) {
  list.clear();
  if (!areIn(tile, rows * width))
    return;
  for (int64_t i = 0; i < rows * width; ++i)
    if (!std::isfinite(tile[i])) {
      list.push_back({i / width, i % width, tile[i]});
      tile[i] = 0.0f;
    }
}
