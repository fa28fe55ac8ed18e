//===- CpuDevice.cpp - the process's own memory ---------------------------===//

#include "braid/Runtime/Device.h"
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>

using namespace braid::rt;

void *CpuDevice::allocate(int64_t bytes) {
  constexpr int64_t page = 4096, large = 1 << 20;
  int64_t unit = bytes >= large ? page : 64;
  int64_t rounded = std::max<int64_t>((bytes + unit - 1) / unit * unit, unit);
  void *memory = std::aligned_alloc(size_t(unit), size_t(rounded));
  if (memory && (unit != page || madvise(memory, size_t(rounded), MADV_DONTNEED) != 0))
    std::memset(memory, 0, size_t(rounded));
  return memory;
}

void CpuDevice::release(void *memory) { std::free(memory); }

void CpuDevice::write(void *memory, int64_t offset, const void *from, int64_t bytes) {
  if (bytes)
    std::memcpy(static_cast<char *>(memory) + offset, from, size_t(bytes));
}

void CpuDevice::read(const void *memory, int64_t offset, void *to, int64_t bytes) {
  if (bytes)
    std::memcpy(to, static_cast<const char *>(memory) + offset, size_t(bytes));
}

void CpuDevice::zero(void *memory, int64_t bytes) { std::memset(memory, 0, size_t(bytes)); }
