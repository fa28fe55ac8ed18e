//===- BenchKernels.h - braid bench --function row-kernels ----------------===//
#ifndef BRAID_DRIVER_BENCHKERNELS_H
#define BRAID_DRIVER_BENCHKERNELS_H

#include "braid/Driver/Commands.h"

namespace braid::driver {

/// The time of every different launch of row kernels that programs make, beside the bandwidth of a copy.
struct BenchKernelsOptions {
  ModelArgs model;
  DeviceOptions how;
  std::string device = "emulator"; ///< or `cuda`, `cuda:1`
  EmulatorArgs emulated;
  std::vector<std::string> functions = {"grad", "step"}; ///< whose launches; of a module in stage row: all
  std::string kernel;                                    ///< launches of this kernel alone
  int64_t entries = 0;                                   ///< launches over histories of so many entries alone; 0: all
  int64_t batch = 1, tokens = 1024, repetitions = 50, warmup = 5;
  std::string json; ///< a file, or `-` for standard output in place of the table
  bool useCache = true;
};
int benchKernels(const BenchKernelsOptions &options, Console &console);

} // namespace braid::driver

#endif
