//===- TableReader.h - reading launch tables ------------------------------===//
//
// Cursors over the tables of ABI.h, addresses, and bfloat16.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_RUNTIME_TABLEREADER_H
#define BRAID_LIB_RUNTIME_TABLEREADER_H

#include "braid/Runtime/Context.h"
#include <cstring>

namespace braid::rt {

/// The address of row 0 of the buffer (`base`, `offset`).
inline char *addressOf(const braid_context &context, int64_t base, int64_t offset) {
  switch (base) {
  case BRAID_TOKEN_ARENA: return context.token_arena + offset * context.padded_tokens;
  case BRAID_FIXED_ARENA: return context.fixed_arena + offset;
  case BRAID_EXTERNAL: return static_cast<char *>(context.external[offset]);
  default: return const_cast<char *>(stateOf(&context).zeros());
  }
}

inline int64_t bytesOf(int64_t dtype) { return braid_dtype_bytes(dtype); }

inline float widen(uint16_t bits) {
  uint32_t wide = uint32_t(bits) << 16;
  float value;
  std::memcpy(&value, &wide, 4);
  return value;
}

/// To nearest, ties to even; NaN stays NaN.
inline uint16_t narrow(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, 4);
  uint32_t rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
  return (bits & 0x7FFFFFFF) > 0x7F800000 ? uint16_t((bits >> 16) | 0x40) : uint16_t(rounded);
}

inline void widenRow(float *__restrict out, const char *in, int64_t dtype, int64_t n) {
  if (dtype == BRAID_F32) {
    std::memcpy(out, in, size_t(n) * 4);
    return;
  }
  const uint16_t *bits = reinterpret_cast<const uint16_t *>(in);
  for (int64_t i = 0; i < n; ++i)
    out[i] = widen(bits[i]);
}

inline void narrowRow(char *out, const float *__restrict in, int64_t dtype, int64_t n) {
  if (dtype == BRAID_F32) {
    std::memcpy(out, in, size_t(n) * 4);
    return;
  }
  uint16_t *bits = reinterpret_cast<uint16_t *>(out);
  for (int64_t i = 0; i < n; ++i)
    bits[i] = narrow(in[i]);
}

/// Reads a table from front to back.
class Cursor {
public:
  explicit Cursor(const int64_t *table) : at(table) {}
  int64_t next() { return *at++; }

private:
  const int64_t *at;
};

/// A buffer with its storage format.
struct Buffer {
  int64_t dtype = BRAID_F32;
  char *data = nullptr;
  const braid_past *past = nullptr; ///< null: none

  static Buffer read(const braid_context &context, Cursor &cursor) {
    Buffer buffer;
    buffer.dtype = cursor.next();
    int64_t base = cursor.next(), offset = cursor.next();
    buffer.data = addressOf(context, base, offset);
    if (base == BRAID_EXTERNAL && context.past && context.past[offset].before)
      buffer.past = &context.past[offset];
    return buffer;
  }
  /// Rows of a sequence, for runs of `time` rows.
  int64_t stride(int64_t time) const { return past ? past->rows : time; }
  /// Rows of sequence `s` before the run's row 0.
  int64_t before(int64_t s) const { return past ? past->before[s] : 0; }
  float *floats() const { return reinterpret_cast<float *>(data); }
  /// The address of number `index`.
  char *at(int64_t index) const { return data + index * bytesOf(dtype); }
};

} // namespace braid::rt

#endif
