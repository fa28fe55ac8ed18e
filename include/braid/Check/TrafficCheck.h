//===- TrafficCheck.h - what the emulator counted against the bound -------===//
#ifndef BRAID_CHECK_TRAFFICCHECK_H
#define BRAID_CHECK_TRAFFICCHECK_H

#include "braid/Check/ScatterCheck.h"
#include "braid/Device/EmulatedDevice.h"
#include "braid/Device/RowLaunch.h"

namespace braid::dev {

/// Compares the bytes that launches on an emulated device moved with what their kernels declare.
class TrafficCheck {
public:
  /// For EmulatedOptions::onLaunch.
  void operator()(const Kernel &kernel, const emu::LaunchResult &result) {
    launches.push_back({kernel.name, result.counters});
  }
  /// Of the latest launch of a row kernel whose buffers are named "argument N", "argument N's entry M",
  /// "argument N's partial sums" and "workspace". Fails where a buffer's bytes are not what `braid.traffic` says, to
  /// the byte, or where a row moves more than the bound: each input once, each output once; or where rows of whole
  /// sectors touch more sectors than hold them. Of small inputs that every thread reads, and of parameters, the text
  /// says so.
  llvm::Expected<std::string> ofRows(mlir::Operation *function, const RowLaunch &launch);
  /// Launches so far belong to nothing that is checked from now on.
  void forget() { launches.clear(); }
  /// Of all launches since the last check, those of a scatter: each row that has a place in the table is read once, and
  /// the table is written once, in no more sectors than hold it.
  llvm::Expected<std::string> ofScatter(const ScatterProblem &problem);

private:
  std::vector<std::pair<std::string, emu::Counters>> launches;
};

} // namespace braid::dev

#endif
