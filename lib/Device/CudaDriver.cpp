//===- CudaDriver.cpp - the CUDA driver, loaded at run time ---------------===//

#include "CudaDriver.h"
#include "braid/Device/Cuda.h"
#include <cstdlib>
#include <dlfcn.h>

using namespace braid::dev;

/// Where drivers are that the dynamic linker does not find: distributions, containers, WSL.
static constexpr const char *folders[] = {"/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/local/nvidia/lib64",
                                          "/usr/lib/wsl/lib"};

static llvm::Expected<void *> openLibrary() {
  if (const char *given = std::getenv("BRAID_CUDA_DRIVER"); given && *given) {
    if (void *library = dlopen(given, RTLD_NOW | RTLD_LOCAL))
      return library;
    return llvm::createStringError(std::string("the CUDA driver that BRAID_CUDA_DRIVER names cannot be loaded: ") +
                                   dlerror());
  }
  if (void *library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL))
    return library;
  std::string problem = dlerror();
  for (const char *folder : folders)
    if (void *library = dlopen((std::string(folder) + "/libcuda.so.1").c_str(), RTLD_NOW | RTLD_LOCAL))
      return library;
  return llvm::createStringError(
      "no CUDA driver was found (" + problem +
      "): install NVIDIA's driver (Debian: nvidia-driver), or name its libcuda.so.1 in BRAID_CUDA_DRIVER; "
      "`--device emulator` needs none");
}

llvm::Error CudaDriver::load(void *library) {
#define CUDA_FUNCTION(name, symbol, parameters)                                                                        \
  name = reinterpret_cast<decltype(name)>(dlsym(library, #symbol));                                                    \
  if (!name)                                                                                                           \
    return llvm::createStringError("the CUDA driver " + path +                                                         \
                                   " has no function " #symbol ": it is too old; install one for CUDA 11 or later");
#include "CudaFunctions.def"
  if (llvm::Error error = check(init(0), "the CUDA driver " + path + " cannot be used: cuInit"))
    return error;
  return check(driverGetVersion(&version), "cuDriverGetVersion");
}

llvm::Expected<const CudaDriver *> CudaDriver::get(std::string *path) {
  static CudaDriver driver;
  static std::string problem;
  static bool tried = false;
  if (!tried) {
    tried = true;
    auto library = openLibrary();
    if (!library) {
      problem = toString(library.takeError());
    } else {
      Dl_info info;
      void *function = dlsym(*library, "cuInit");
      driver.path = function && dladdr(function, &info) && info.dli_fname ? info.dli_fname : "libcuda.so.1";
      if (llvm::Error error = driver.load(*library))
        problem = toString(std::move(error));
    }
  }
  if (path)
    *path = driver.path;
  if (!problem.empty())
    return llvm::createStringError(problem);
  return &driver;
}

llvm::Expected<int> CudaDriver::count() const {
  int gpus = 0;
  if (llvm::Error error = check(deviceGetCount(&gpus), "cuDeviceGetCount"))
    return std::move(error);
  return gpus;
}

llvm::Expected<Properties> CudaDriver::properties(int number) const {
  CUdevice gpu = 0;
  char name[256] = "";
  size_t bytes = 0;
  Properties known;
  int shared = 0;
  std::string what = "GPU " + std::to_string(number) + ": ";
  if (llvm::Error error = check(deviceGet(&gpu, number), what + "cuDeviceGet"))
    return std::move(error);
  if (llvm::Error error = check(deviceGetName(name, int(sizeof(name)), gpu), what + "cuDeviceGetName"))
    return std::move(error);
  if (llvm::Error error = check(deviceTotalMem(&bytes, gpu), what + "cuDeviceTotalMem"))
    return std::move(error);
  for (auto [attribute, value] : {std::pair<int, int *>(attributeMajor, &known.major),
                                  {attributeMinor, &known.minor},
                                  {attributeMultiprocessors, &known.multiprocessors},
                                  {attributeSharedOptIn, &shared}})
    if (llvm::Error error = check(deviceGetAttribute(value, attribute, gpu), what + "cuDeviceGetAttribute"))
      return std::move(error);
  known.name = name;
  known.memoryBytes = int64_t(bytes);
  known.sharedBytes = shared;
  known.driverVersion = version;
  return known;
}

llvm::Expected<CudaInfo> braid::dev::describeCuda(std::string *path) {
  auto driver = CudaDriver::get(path);
  if (!driver)
    return driver.takeError();
  CudaInfo info{(*driver)->path, (*driver)->version, {}};
  auto count = (*driver)->count();
  if (!count)
    return count.takeError();
  for (int i = 0; i < *count; ++i) {
    auto properties = (*driver)->properties(i);
    if (!properties)
      return properties.takeError();
    info.gpus.push_back(std::move(*properties));
  }
  return info;
}

std::string braid::dev::cudaVersionText(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}
