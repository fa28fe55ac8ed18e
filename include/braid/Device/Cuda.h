//===- Cuda.h - NVIDIA GPUs as devices ------------------------------------===//
//
// The CUDA driver is loaded at run time; nothing of CUDA is needed to build or to start.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_DEVICE_CUDA_H
#define BRAID_DEVICE_CUDA_H

#include "braid/Device/CompileCache.h"
#include "braid/Device/Device.h"
#include <functional>

namespace braid::dev {

struct CudaInfo {
  std::string path; ///< of the driver's library
  int version = 0;  ///< CUDA version that it speaks, as 12040
  std::vector<Properties> gpus;
};
/// The driver and its GPUs. Fails, with what was found and what to do, if there is no driver or it cannot be used;
/// `path` is then the library that was found, if one was. The driver is that of $BRAID_CUDA_DRIVER, or else the first
/// `libcuda.so.1` of the dynamic linker's and of a few well-known folders.
llvm::Expected<CudaInfo> describeCuda(std::string *path = nullptr);

/// `12.4` of 12040.
std::string cudaVersionText(int version);

struct CudaOptions {
  CompileCache cache;
  /// Waits after every launch, so that a fault is known to be that of its kernel.
  bool synchronous = false;
  /// Told once where ptxas cannot assemble for the GPU, so that the driver compiles the PTX.
  std::function<void(const std::string &)> warn = {};
};
/// GPU number `number`. Fails if there is none, or if it is too old.
llvm::Expected<std::unique_ptr<Device>> makeCudaDevice(int number, CudaOptions options);

} // namespace braid::dev

#endif
