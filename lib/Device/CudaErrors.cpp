//===- CudaErrors.cpp - what to do about errors of the CUDA driver --------===//

#include "CudaDriver.h"

using namespace braid::dev;

llvm::StringRef braid::dev::adviceFor(CUresult code) {
  switch (code) {
  case 2: // OUT_OF_MEMORY
    return "give smaller sizes, or end what else uses the GPU (`nvidia-smi` lists it)";
  case 34: // STUB_LIBRARY
    return "this is the toolkit's stub library: take its folder off LD_LIBRARY_PATH, or name the driver's own "
           "libcuda.so.1 in BRAID_CUDA_DRIVER";
  case 35:  // INSUFFICIENT_DRIVER
  case 222: // UNSUPPORTED_PTX_VERSION
    return "the driver is too old for this code: install a newer one, or a ptxas, which makes code that needs no "
           "compilation by the driver";
  case 46: // DEVICE_UNAVAILABLE
    return "another process has the GPU to itself: wait for it (`nvidia-smi` lists processes)";
  case 100: // NO_DEVICE
    return "the driver sees no GPU: look at `nvidia-smi` and CUDA_VISIBLE_DEVICES; in a container, start it with "
           "access to the GPU "
           "(docker: --gpus all)";
  case 101: // INVALID_DEVICE
    return "`braid devices` lists the GPUs there are";
  case 200: // INVALID_IMAGE
  case 209: // NO_BINARY_FOR_GPU
  case 218: // INVALID_PTX
    return "the code is not for this GPU: `braid devices` says which target it needs; `braid cache clear` removes what "
           "was compiled earlier";
  case 700: // ILLEGAL_ADDRESS
  case 715: // ILLEGAL_INSTRUCTION
  case 716: // MISALIGNED_ADDRESS
  case 718: // INVALID_PC
  case 719: // LAUNCH_FAILED
    return "run the same with `--device emulator`, which names the access and its thread; this process can no longer "
           "use the GPU";
  case 701: // LAUNCH_OUT_OF_RESOURCES
    return "the kernel needs more registers or shared memory than a block can have";
  case 702: // LAUNCH_TIMEOUT
    return "the GPU also drives a display, which stops long kernels: give smaller sizes";
  case 802: // SYSTEM_NOT_READY
    return "the GPUs are still starting, or nvidia-fabricmanager does not run";
  case 803: // SYSTEM_DRIVER_MISMATCH
    return "the kernel module and libcuda.so.1 are of different versions: restart the machine after the driver's "
           "update";
  case 804: // COMPAT_NOT_SUPPORTED
    return "a forward-compatibility package (cuda-compat) is in the way on this GPU: take it off LD_LIBRARY_PATH";
  case 999: // UNKNOWN
    return "look at `nvidia-smi` and at the system's log (`dmesg`)";
  default: return "";
  }
}

std::string CudaDriver::describe(CUresult code) const {
  const char *name = nullptr, *text = nullptr;
  if (getErrorName(code, &name) != cudaSuccess || !name)
    name = "unknown error";
  if (getErrorString(code, &text) != cudaSuccess || !text)
    text = "the driver does not know this error";
  return std::string(name) + " (" + std::to_string(code) + "): " + text;
}

llvm::Error CudaDriver::check(CUresult code, const llvm::Twine &what) const {
  if (code == cudaSuccess)
    return llvm::Error::success();
  llvm::StringRef advice = adviceFor(code);
  return llvm::createStringError(what + ": " + describe(code) + (advice.empty() ? "" : "; ") + advice);
}
