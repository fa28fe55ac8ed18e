//===- CudaDriver.h - the CUDA driver, loaded at run time -----------------===//
//
// Types are declared here, as the driver's binary interface has them, so that no header
// of CUDA is needed.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_DEVICE_CUDADRIVER_H
#define BRAID_LIB_DEVICE_CUDADRIVER_H

#include "braid/Device/Device.h"
#include "llvm/Support/Error.h"
#include <cstddef>
#include <string>

namespace braid::dev {

using CUresult = int;
using CUdevice = int;
using CUdeviceptr = unsigned long long;
using CUcontext = struct CUctx_st *;
using CUmodule = struct CUmod_st *;
using CUfunction = struct CUfunc_st *;
using CUstream = struct CUstream_st *;
using CUevent = struct CUevent_st *;

/// Numbers of the driver's interface that are used here.
enum : int {
  cudaSuccess = 0,
  cudaOutOfMemory = 2,
  attributeMultiprocessors = 16,
  attributeMajor = 75,
  attributeMinor = 76,
  attributeSharedOptIn = 97,
  functionMaxDynamicShared = 8,
  jitErrorLog = 5,
  jitErrorLogBytes = 6,
  streamNonBlocking = 1
};

class CudaDriver {
public:
  /// The driver of this process, initialised; loaded at the first call. Fails with the reason and what to do. `path`,
  /// if given, is set to the library as soon as one was found.
  static llvm::Expected<const CudaDriver *> get(std::string *path = nullptr);

#define CUDA_FUNCTION(name, symbol, parameters) CUresult(*name) parameters = nullptr;
#include "CudaFunctions.def"

  std::string path;
  int version = 0;

  /// `CUDA_ERROR_ILLEGAL_ADDRESS (700): an illegal memory access was encountered`
  std::string describe(CUresult code) const;
  /// Success, or an error: `what: describe(code); what to do`.
  llvm::Error check(CUresult code, const llvm::Twine &what) const;
  /// What is known of GPU number `number`.
  llvm::Expected<Properties> properties(int number) const;
  llvm::Expected<int> count() const;

private:
  llvm::Error load(void *library);
};

/// What to do about an error of the driver; empty if there is nothing to say.
llvm::StringRef adviceFor(CUresult code);

} // namespace braid::dev

#endif
