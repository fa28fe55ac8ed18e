//===- Mgpu.h - the interface of MLIR's GPU runner, on the emulator -------===//
//
// The functions that host code lowered by `gpu-to-llvm` calls: modules, launches, streams, events,
// memory. Modules are LLVM IR or bitcode with NVVM intrinsics. Streams run at once and in order.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_EMULATOR_MGPU_H
#define BRAID_EMULATOR_MGPU_H

#include "braid/Emulator/Emulator.h"

namespace mlir {
class ModuleOp;
}

namespace braid::emu {

/// How launches through the interface run, and what they found.
class MgpuDevice {
public:
  /// The one device of the process.
  static MgpuDevice &get();

  Options options;
  Memory memory;
  /// Called with the first error; what is not set prints to stderr and exits, as there is nobody
  /// who could be told.
  std::function<void(llvm::Error)> onError;
  /// Called after every launch that went well.
  std::function<void(llvm::StringRef kernel, const LaunchResult &)> onLaunch;
};

/// The functions by name, for a JIT.
std::vector<std::pair<const char *, void *>> mgpuSymbols();

/// Replaces every `gpu.module` (at the nvvm stage) by a `gpu.binary` that holds its bitcode, so that
/// `gpu-to-llvm` and the translation of `gpu.launch_func` embed it.
llvm::Error embedKernels(mlir::ModuleOp module);

/// Lowers the host side of a module, compiles it and calls a function without arguments and results.
/// Returns the first error of a launch.
llvm::Error runHost(mlir::ModuleOp module, llvm::StringRef entry, llvm::ArrayRef<std::string> libraries);

} // namespace braid::emu

#endif
