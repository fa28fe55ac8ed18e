//===- Memory.h - buffers of a program, as bytes --------------------------===//
#ifndef BRAID_TEST_TOOLS_BRAID_RUN_HOST_MEMORY_H
#define BRAID_TEST_TOOLS_BRAID_RUN_HOST_MEMORY_H

#include "braid/Engine/Program.h"
#include "llvm/ADT/bit.h"
#include <cmath>
#include <cstring>
#include <map>

inline float toFloat(const std::vector<uint8_t> &bytes, braid_dtype dtype, size_t i) {
  if (dtype == BRAID_BF16) {
    uint16_t half;
    std::memcpy(&half, &bytes[2 * i], 2);
    return llvm::bit_cast<float>(uint32_t(half) << 16);
  }
  int32_t raw;
  std::memcpy(&raw, &bytes[4 * i], 4);
  return dtype == BRAID_I32 ? float(raw) : llvm::bit_cast<float>(raw);
}

inline void fromFloat(std::vector<uint8_t> &bytes, braid_dtype dtype, size_t i, float value) {
  uint32_t raw = dtype == BRAID_I32 ? uint32_t(int32_t(value)) : llvm::bit_cast<uint32_t>(value);
  if (dtype != BRAID_BF16) {
    std::memcpy(&bytes[4 * i], &raw, 4);
    return;
  }
  uint16_t half = (raw + 0x7fff + ((raw >> 16) & 1)) >> 16;
  std::memcpy(&bytes[2 * i], &half, 2);
}

using Memory = std::map<std::string, std::vector<uint8_t>>;

inline std::map<std::string, void *> addresses(Memory &memory) {
  std::map<std::string, void *> result;
  for (auto &[name, bytes] : memory)
    result[name] = bytes.data();
  return result;
}

inline std::vector<void *> addressesOf(const braid::FunctionInfo &function, Memory &memory) {
  std::vector<void *> result;
  for (const braid::External &external : function.externals)
    result.push_back(memory[external.name()].data());
  return result;
}

/// The largest difference, relative to the largest number, or to `largest` where that is more; NaN and infinities must
/// agree.
inline double difference(const braid::External &external, const std::vector<uint8_t> &a, const std::vector<uint8_t> &b,
                         size_t numbers, double largest = 1e-30) {
  double worst = 0;
  for (size_t i = 0; i < numbers; ++i)
    if (double x = toFloat(b, external.dtype, i); std::isfinite(x))
      largest = std::max(largest, std::fabs(x));
  for (size_t i = 0; i < numbers; ++i) {
    double x = toFloat(a, external.dtype, i), y = toFloat(b, external.dtype, i);
    if (std::isfinite(x) && std::isfinite(y))
      worst = std::max(worst, std::fabs(x - y) / largest);
    else if (!(x == y || (std::isnan(x) && std::isnan(y))))
      return INFINITY;
  }
  return worst;
}

#endif
