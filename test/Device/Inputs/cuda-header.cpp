// Holds what lib/Device declares of the CUDA driver against NVIDIA's own header.
#include <cuda.h>
#include <type_traits>

namespace ours {
using CUresult = int;
using CUdevice = int;
using CUdeviceptr = unsigned long long;
using CUcontext = struct CUctx_st *;
using CUmodule = struct CUmod_st *;
using CUfunction = struct CUfunc_st *;
using CUstream = struct CUstream_st *;
using CUevent = struct CUevent_st *;
#define CUDA_FUNCTION(name, symbol, parameters) using name = CUresult(*) parameters;
#include "lib/Device/CudaFunctions.def"
} // namespace ours

/// The same number of parameters, each of the same size and kind.
template <typename A, typename B> constexpr bool same = false;
template <typename R, typename... A, typename S, typename... B>
constexpr bool same<R (*)(A...), S (*)(B...)> = [] {
  if constexpr (sizeof...(A) != sizeof...(B) || sizeof(R) != sizeof(S))
    return false;
  else
    return ((sizeof(A) == sizeof(B) && std::is_pointer_v<A> == std::is_pointer_v<B>) && ...);
}();
#define CUDA_FUNCTION(name, symbol, parameters) static_assert(same<ours::name, decltype(&symbol)>, #symbol);
#include "lib/Device/CudaFunctions.def"

static_assert(CUDA_ERROR_OUT_OF_MEMORY == 2 && CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT == 16);
static_assert(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR == 75 && CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR == 76);
static_assert(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN == 97 &&
              CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES == 8);
static_assert(CU_JIT_ERROR_LOG_BUFFER == 5 && CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES == 6 && CU_STREAM_NON_BLOCKING == 1);
static_assert(CUDA_ERROR_STUB_LIBRARY == 34 && CUDA_ERROR_DEVICE_UNAVAILABLE == 46 && CUDA_ERROR_NO_DEVICE == 100 &&
              CUDA_ERROR_INVALID_DEVICE == 101);
static_assert(CUDA_ERROR_INVALID_IMAGE == 200 && CUDA_ERROR_NO_BINARY_FOR_GPU == 209 && CUDA_ERROR_INVALID_PTX == 218 &&
              CUDA_ERROR_UNSUPPORTED_PTX_VERSION == 222);
static_assert(CUDA_ERROR_ILLEGAL_ADDRESS == 700 && CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES == 701 &&
              CUDA_ERROR_LAUNCH_TIMEOUT == 702);
static_assert(CUDA_ERROR_ILLEGAL_INSTRUCTION == 715 && CUDA_ERROR_MISALIGNED_ADDRESS == 716 &&
              CUDA_ERROR_INVALID_PC == 718 && CUDA_ERROR_LAUNCH_FAILED == 719);
static_assert(CUDA_ERROR_SYSTEM_NOT_READY == 802 && CUDA_ERROR_SYSTEM_DRIVER_MISMATCH == 803 &&
              CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE == 804);
