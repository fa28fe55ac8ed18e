//===- Numbers.h - numbers in buffers, for the interpreter ----------------===//
#ifndef BRAID_LIB_INTERPRETER_NUMBERS_H
#define BRAID_LIB_INTERPRETER_NUMBERS_H

#include "dialects/Row/IR/Row.h"
#include "llvm/ADT/bit.h"
#include <cmath>
#include <cstring>

namespace braid {

inline int64_t bytesOf(row::Storage storage) { return formatBytes(storage); }

/// To the nearest f32 or bf16, ties to even.
inline double roundNumber(row::Storage storage, double x) {
  float f = float(x);
  if (storage != row::Storage::BF16 || std::isnan(f))
    return f;
  uint32_t bits = llvm::bit_cast<uint32_t>(f);
  bits += 0x7fff + ((bits >> 16) & 1);
  return llvm::bit_cast<float>(bits & 0xffff0000u);
}

inline double readNumber(const char *row, row::Storage storage, int64_t i) {
  if (storage == row::Storage::BF16) {
    uint16_t half;
    std::memcpy(&half, row + 2 * i, 2);
    return llvm::bit_cast<float>(uint32_t(half) << 16);
  }
  if (storage == row::Storage::I32) {
    int32_t id;
    std::memcpy(&id, row + 4 * i, 4);
    return id;
  }
  float f;
  std::memcpy(&f, row + 4 * i, 4);
  return f;
}

inline void writeNumber(char *row, row::Storage storage, int64_t i, double x) {
  if (storage == row::Storage::I32) {
    int32_t id = int32_t(x);
    std::memcpy(row + 4 * i, &id, 4);
    return;
  }
  float f = float(roundNumber(storage, x));
  if (storage == row::Storage::F32) {
    std::memcpy(row + 4 * i, &f, 4);
    return;
  }
  uint16_t half = llvm::bit_cast<uint32_t>(f) >> 16;
  std::memcpy(row + 2 * i, &half, 2);
}

} // namespace braid

#endif
