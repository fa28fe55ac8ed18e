//===- HostMemory.h - how much memory the host has to give ----------------===//
#ifndef BRAID_DEVICE_HOSTMEMORY_H
#define BRAID_DEVICE_HOSTMEMORY_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/MemoryBuffer.h"
#include <cstdint>

namespace braid::dev {

/// Bytes that processes can still have without swapping, as the kernel of the system estimates; a large number if it
/// does not say.
inline int64_t hostMemory() {
  int64_t kilobytes = INT64_MAX >> 10;
  if (auto text = llvm::MemoryBuffer::getFileAsStream("/proc/meminfo")) {
    llvm::StringRef rest = (*text)->getBuffer().split("MemAvailable:").second.ltrim();
    rest.consumeInteger(10, kilobytes);
  }
  return kilobytes << 10;
}

} // namespace braid::dev

#endif
