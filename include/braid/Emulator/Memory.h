//===- Memory.h - the emulated GPU's global memory ------------------------===//
//
// Buffers that kernels may touch, with shadow bytes beside them: whether a byte was written.
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

/// A range of memory and its shadow.
struct Buffer {
  std::string name;
  uint8_t *base = nullptr;
  size_t size = 0;
  /// One byte per byte: not zero where something was written. Empty where all of it counts as written.
  LazyBytes written;
  /// The pages, where this is memory of ours.
  LazyBytes pages;
  /// Buffers are counted in the order in which they were made; variables of a module are not counted.
  size_t index = 0;
  static constexpr size_t uncounted = ~size_t(0);
  bool constant = false;

  bool contains(const uint8_t *p) const { return p >= base && p < base + size; }
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
