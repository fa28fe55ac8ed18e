//===- Scatter.h - sums of rows by id on a device -------------------------===//
//
// Launches the kernels of a `host.scatter` (docs/gpu.md).
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_DEVICE_SCATTER_H
#define BRAID_DEVICE_SCATTER_H

#include "braid/Conversion/ScatterToGPU.h"
#include "braid/Device/Device.h"

namespace braid::dev {

/// Launches a plan's kernels in order. `workspace`: of the plan's bytes, or more.
llvm::Error launchScatter(Device &device, Module &module, const row::ScatterPlan &plan, Address input, Address ids,
                          Address table, Address workspace, Stream *stream = nullptr);

} // namespace braid::dev

#endif
