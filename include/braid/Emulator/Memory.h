//===- Memory.h - the emulated GPU's global memory ------------------------===//
//
// Buffers that kernels may touch, with shadow bytes beside them: whether a byte was written, and
// by whom it was touched last in the running launch.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_EMULATOR_MEMORY_H
#define BRAID_EMULATOR_MEMORY_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace braid::emu {

/// Zeroed memory that costs nothing until it is touched.
class LazyBytes {
public:
  LazyBytes() = default;
  explicit LazyBytes(size_t size, bool below4GiB = false);
  LazyBytes(LazyBytes &&other) noexcept { *this = std::move(other); }
  LazyBytes &operator=(LazyBytes &&other) noexcept;
  ~LazyBytes();

  uint8_t *data() const { return bytes; }
  size_t size() const { return length; }
  explicit operator bool() const { return bytes; }
  void clear();

private:
  uint8_t *bytes = nullptr;
  size_t length = 0;
};

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

/// A range of memory and its shadow.
struct Buffer {
  std::string name;
  uint8_t *base = nullptr;
  size_t size = 0;
  /// One byte per byte: not zero where something was written. Empty where all of it counts as written.
  LazyBytes written;
  /// Accesses, one per byte, cleared for every launch; made at the first checked access.
  LazyBytes accesses;
  /// The pages, where this is memory of ours.
  LazyBytes pages;
  /// Its place in Counters::buffers; variables of a module have none.
  size_t index = 0;
  static constexpr size_t uncounted = ~size_t(0);
  bool constant = false;

  bool contains(const uint8_t *p) const { return p >= base && p < base + size; }
  Accesses *accessesAt(const uint8_t *p) {
    if (!accesses)
      accesses = LazyBytes(size * sizeof(Accesses));
    return reinterpret_cast<Accesses *>(accesses.data()) + (p - base);
  }
};

/// Global memory: allocations of its own, each far from the next, and ranges of the host.
class Memory {
public:
  /// A new buffer of unwritten bytes, aligned to 256. Never null: size 0 gives a buffer of no bytes.
  void *allocate(size_t bytes, llvm::StringRef name = "");
  /// Fails on an address that `allocate` did not return.
  llvm::Error release(void *pointer);
  /// Lets kernels touch a range of the host, which counts as written. Ranges may not overlap others.
  llvm::Error registerHost(void *pointer, size_t bytes, llvm::StringRef name = "");
  llvm::Error unregisterHost(void *pointer);

  /// Copies between buffers and host; the bytes written count as written.
  void copy(void *destination, const void *source, size_t bytes);
  void fill(void *destination, uint8_t value, size_t bytes);
  void markWritten(const void *pointer, size_t bytes);

  /// The buffer that holds an address, or null.
  Buffer *find(const void *pointer);
  /// The nearest buffer below or above an address, or null.
  Buffer *nearest(const void *pointer);
  const std::map<const uint8_t *, std::unique_ptr<Buffer>> &all() const { return buffers; }

private:
  Buffer &add(uint8_t *base, size_t bytes, llvm::StringRef name);
  std::map<const uint8_t *, std::unique_ptr<Buffer>> buffers;
  size_t made = 0;
};

} // namespace braid::emu

#endif
