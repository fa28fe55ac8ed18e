//===- Machine.h - what this machine is -----------------------------------===//
#ifndef BRAID_DRIVER_MACHINE_H
#define BRAID_DRIVER_MACHINE_H

#include <cstdint>
#include <string>
#include <vector>

namespace braid::driver {

struct MachineInfo {
  std::string name, target, triple; ///< as the processor says; LLVM's name; LLVM's triple
  int threads = 1;
  int64_t memoryBytes = 0;
  int64_t virtualBytes = 0;          ///< with swap
  std::vector<std::string> features; ///< those that compiled programs use
};
MachineInfo describeMachine();

/// How many threads do the work of `asked`, found by asking OpenMP for them: `2 threads`, `1 of 2 threads (…)`.
std::string workingThreads(int asked);

/// FLOP/s of a 1024 x 1024 x 1024 product by the runtime, the best of a few: what one can hope for.
double measurePeak(bool bf16, int threads);

/// Bytes a second that so many threads read from memory together, each its part in order, the best of a few.
double measureReading(int threads);

} // namespace braid::driver

#endif
