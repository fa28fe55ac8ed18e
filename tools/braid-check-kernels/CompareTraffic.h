//===- CompareTraffic.h - what the emulator counted against the bound -----===//
#ifndef BRAID_TOOLS_CHECK_KERNELS_COMPARETRAFFIC_H
#define BRAID_TOOLS_CHECK_KERNELS_COMPARETRAFFIC_H

#include "braid/Conversion/RowToGPU.h"
#include "braid/Emulator/Emulator.h"

/// One launch of a row kernel, whose buffers are named "argument N", "argument N's entry M" and
/// "argument N's partial sums".
struct CountedLaunch {
  mlir::Operation *function = nullptr;
  llvm::SmallVector<int64_t> sizes;
  int64_t rows = 0, blocks = 0;
  braid::row::LaunchShape shape;
  const braid::emu::Counters *counters = nullptr;
};

/// Fails where a buffer's bytes are not what `braid.traffic` says, to the byte (of parameters and of inputs of at most
/// 64 bytes, which every thread may read: where they are more), or where a row loads or stores any other argument more
/// than once. Gives a line of what was moved.
llvm::Expected<std::string> compareTraffic(const CountedLaunch &launch);

#endif
