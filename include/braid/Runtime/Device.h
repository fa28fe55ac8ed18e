//===- Device.h - memory of what a program runs on ------------------------===//
//
// Whoever holds a program's externals asks a device for their memory and writes and reads it through the device: an
// address means nothing elsewhere. There is one now, the CPU.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_RUNTIME_DEVICE_H
#define BRAID_RUNTIME_DEVICE_H

#include <cstdint>

namespace braid::rt {

class Device {
public:
  virtual ~Device() = default;
  /// Zeroed, at a multiple of 64 bytes. Null where there is no memory.
  virtual void *allocate(int64_t bytes) = 0;
  virtual void release(void *memory) = 0;
  /// `bytes` from the caller's `from` to `offset` bytes behind `memory`.
  virtual void write(void *memory, int64_t offset, const void *from, int64_t bytes) = 0;
  /// The other way.
  virtual void read(const void *memory, int64_t offset, void *to, int64_t bytes) = 0;
  virtual void zero(void *memory, int64_t bytes) = 0;
};

/// The process's own memory.
class CpuDevice final : public Device {
public:
  /// Large pieces are whole pages that the system zeroes when they are first touched, so that a model can be compiled
  /// and looked at without its memory.
  void *allocate(int64_t bytes) override;
  void release(void *memory) override;
  void write(void *memory, int64_t offset, const void *from, int64_t bytes) override;
  void read(const void *memory, int64_t offset, void *to, int64_t bytes) override;
  void zero(void *memory, int64_t bytes) override;
};

} // namespace braid::rt

#endif
