//===- Stamps.h - who touched a byte last ---------------------------------===//
#ifndef BRAID_LIB_EMULATOR_STAMPS_H
#define BRAID_LIB_EMULATOR_STAMPS_H

#include <cstdint>

namespace braid::emu {

/// Who touched a byte: a thread of a block at a moment of its warp's clock, by one instruction.
/// Zero is nobody.
struct Stamp {
  uint64_t bits = 0;
  bool operator==(const Stamp &) const = default;

  static constexpr uint64_t maxBlock = (1u << 22) - 2, maxClock = (1u << 18) - 1, maxSite = (1u << 14) - 1;
  static Stamp make(uint64_t block, uint64_t thread, uint64_t clock, uint64_t site) {
    return {(block + 1) << 42 | thread << 32 | clock << 14 | site};
  }
  explicit operator bool() const { return bits; }
  uint64_t block() const { return (bits >> 42) - 1; }
  uint32_t thread() const { return bits >> 32 & 1023; }
  uint32_t clock() const { return bits >> 14 & maxClock; }
  uint32_t site() const { return bits & maxSite; }
  bool sameThread(Stamp other) const { return bits >> 32 == other.bits >> 32; }
};

/// The last write of a byte and two readers since.
struct Accesses {
  Stamp writer, readers[2];
  bool operator==(const Accesses &) const = default;
};

} // namespace braid::emu

#endif
