//===- FakeCuda.cpp - a CUDA driver for tests -----------------------------===//
//
// A library with the functions that braid uses of libcuda.so.1, for machines without a GPU: memory
// is the host's, misuse is refused, and kernels run on the emulator. PTX and cubins cannot be executed
// there, so the kernels' NVVM module is given beside them. What BRAID_FAKE_CUDA may hold, separated by commas:
//
//   gpus=N             number of GPUs (1)
//   capability=90      compute capability, major and minor
//   memory=MIB         of each GPU (1024)
//   driver=12040       version
//   fail=CALL:CODE     this function fails; `fail=CALL:CODE@N`: its N-th call does
//   kernels=FILE       a module with a gpu.module of the nvvm stage; without it launches do nothing
//   log=FILE           takes a line for every module, launch and kind of failure
//
//===----------------------------------------------------------------------===//

#include "braid/Emulator/Emulator.h"
#include "dialects/Braid/IR/Braid.h"
#include "dialects/Host/IR/Host.h"
#include "dialects/Row/IR/Row.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <map>

using namespace braid;
using llvm::StringRef;

namespace {

constexpr int ok = 0, invalidValue = 1, outOfMemory = 2, notInitialised = 3, invalidDevice = 101, invalidImage = 200,
              invalidContext = 201, invalidHandle = 400, notFound = 500, illegalAddress = 700, launchFailed = 719;

struct Failure {
  int code = 0;
  unsigned at = 0; ///< 0: always
};

struct FakeModule {
  bool isPTX = false;
  std::string text;
};

struct FakeFunction {
  std::string name;
  int64_t sharedAllowed = 48 << 10;
};

struct FakeEvent {
  std::chrono::steady_clock::time_point at;
  bool recorded = false;
};

struct Driver {
  Driver();
  /// Whether the call fails as asked for; `code` then says how.
  bool fails(StringRef call, int &code) {
    auto it = failures.find(call);
    if (it == failures.end() || (it->second.at && it->second.at != ++calls[call]))
      return false;
    code = it->second.code;
    log("failed " + call);
    return true;
  }
  void log(const llvm::Twine &line) {
    if (logFile.empty())
      return;
    std::error_code error;
    llvm::raw_fd_ostream(logFile, error, llvm::sys::fs::OF_Append) << line << "\n";
  }
  bool holds(uint64_t address, size_t bytes) const {
    auto it = sizes.upper_bound(address);
    return it != sizes.begin() && (--it, address + bytes <= it->first + it->second);
  }
  int load(const std::string &file);
  /// Largest shared memory of a block, as GPUs of this capability have it.
  int sharedBytes() const {
    bool isSmall = capability == 86 || capability == 89 || capability >= 120;
    return (isSmall ? 99 : capability < 90 ? 163 : 227) << 10;
  }

  int gpus = 1, capability = 90, version = 12040;
  int64_t limit = int64_t(1024) << 20, used = 0;
  std::string kernelFile, logFile;
  llvm::StringMap<Failure> failures;
  llvm::StringMap<unsigned> calls;
  bool initialised = false, retained = false, current = false;
  int sticky = ok; ///< what a fault leaves behind: every later call fails so
  emu::Memory memory;
  std::map<uint64_t, size_t> sizes;
  llvm::StringMap<std::unique_ptr<FakeFunction>> functions;
  std::unique_ptr<mlir::MLIRContext> context;
  std::unique_ptr<emu::Module> kernels;
};

Driver &driver() {
  static Driver one;
  return one;
}

} // namespace

Driver::Driver() {
  const char *given = std::getenv("BRAID_FAKE_CUDA");
  llvm::SmallVector<StringRef> settings;
  StringRef(given ? given : "").split(settings, ',', -1, /*KeepEmpty=*/false);
  for (StringRef setting : settings) {
    auto [name, value] = setting.split('=');
    int number = 0;
    bool isNumber = !value.getAsInteger(10, number);
    if (name == "gpus" && isNumber)
      gpus = number;
    else if (name == "capability" && isNumber)
      capability = number;
    else if (name == "memory" && isNumber)
      limit = int64_t(number) << 20;
    else if (name == "driver" && isNumber)
      version = number;
    else if (name == "kernels")
      kernelFile = value.str();
    else if (name == "log")
      logFile = value.str();
    else if (name == "fail") {
      auto [call, code] = value.split(':');
      auto [what, at] = code.split('@');
      Failure failure;
      what.getAsInteger(10, failure.code);
      at.getAsInteger(10, failure.at);
      failures[call] = failure;
    } else {
      llvm::errs() << "BRAID_FAKE_CUDA: `" << setting << "` is not understood\n";
      std::abort();
    }
  }
}

int Driver::load(const std::string &file) {
  mlir::DialectRegistry registry;
  emu::registerDialects(registry);
  registry.insert<lang::BraidDialect, row::RowDialect, host::HostDialect>();
  context = std::make_unique<mlir::MLIRContext>(registry);
  auto module = mlir::parseSourceFile<mlir::ModuleOp>(file, context.get());
  if (!module)
    return invalidImage;
  for (auto device : module->getOps<mlir::gpu::GPUModuleOp>()) {
    auto loaded = emu::Module::load(device);
    if (!loaded) {
      llvm::errs() << toString(loaded.takeError()) << "\n";
      return invalidImage;
    }
    kernels = std::move(*loaded);
    return ok;
  }
  return invalidImage;
}

/// What every function checks first: failures asked for, cuInit, a current context, an earlier fault.
#define ENTER(call, needsContext)                                                                                      \
  Driver &d = driver();                                                                                                \
  if (int code = ok; d.fails(call, code)) {                                                                            \
    if (code >= 700 && code < 720)                                                                                     \
      d.sticky = code;                                                                                                 \
    return code;                                                                                                       \
  }                                                                                                                    \
  if (!d.initialised)                                                                                                  \
    return notInitialised;                                                                                             \
  if (needsContext && d.sticky)                                                                                        \
    return d.sticky;                                                                                                   \
  if (needsContext && !d.current)                                                                                      \
    return invalidContext;

extern "C" {

int cuInit(unsigned) {
  int code = ok;
  if (driver().fails("cuInit", code))
    return code;
  driver().initialised = true;
  return ok;
}
int cuDriverGetVersion(int *version) {
  *version = driver().version;
  return ok;
}
static const std::pair<int, std::pair<const char *, const char *>> names[] = {
    {1, {"CUDA_ERROR_INVALID_VALUE", "invalid argument"}},
    {2, {"CUDA_ERROR_OUT_OF_MEMORY", "out of memory"}},
    {100, {"CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"}},
    {101, {"CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"}},
    {200, {"CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid"}},
    {218, {"CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed"}},
    {222, {"CUDA_ERROR_UNSUPPORTED_PTX_VERSION", "the provided PTX was compiled with an unsupported toolchain."}},
    {500, {"CUDA_ERROR_NOT_FOUND", "named symbol not found"}},
    {700, {"CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"}},
    {719, {"CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"}},
    {803, {"CUDA_ERROR_SYSTEM_DRIVER_MISMATCH", "system has unsupported display driver / cuda driver combination"}}};
int cuGetErrorName(int code, const char **name) {
  for (auto &[number, texts] : names)
    if (number == code)
      return *name = texts.first, ok;
  return invalidValue;
}
int cuGetErrorString(int code, const char **text) {
  for (auto &[number, texts] : names)
    if (number == code)
      return *text = texts.second, ok;
  return invalidValue;
}
int cuDeviceGetCount(int *count) {
  ENTER("cuDeviceGetCount", false)
  *count = d.gpus;
  return ok;
}
int cuDeviceGet(int *gpu, int number) {
  ENTER("cuDeviceGet", false)
  if (number < 0 || number >= d.gpus)
    return invalidDevice;
  *gpu = number;
  return ok;
}
int cuDeviceGetName(char *name, int length, int gpu) {
  ENTER("cuDeviceGetName", false)
  std::snprintf(name, size_t(length), "Fake GPU %d", gpu);
  return ok;
}
int cuDeviceGetAttribute(int *value, int attribute, int) {
  ENTER("cuDeviceGetAttribute", false)
  switch (attribute) {
  case 16: *value = 3; return ok;
  case 75: *value = d.capability / 10; return ok;
  case 76: *value = d.capability % 10; return ok;
  case 97: *value = d.sharedBytes(); return ok;
  default: return invalidValue;
  }
}
int cuDeviceTotalMem_v2(size_t *bytes, int) {
  ENTER("cuDeviceTotalMem_v2", false)
  *bytes = size_t(d.limit);
  return ok;
}
int cuDevicePrimaryCtxRetain(void **context, int) {
  ENTER("cuDevicePrimaryCtxRetain", false)
  d.retained = true;
  *context = &d;
  return ok;
}
int cuDevicePrimaryCtxRelease_v2(int) {
  ENTER("cuDevicePrimaryCtxRelease_v2", false)
  d.log("released with " + llvm::Twine(d.sizes.size()) + " allocations left");
  d.retained = d.current = false;
  return ok;
}
int cuCtxSetCurrent(void *context) {
  ENTER("cuCtxSetCurrent", false)
  if (context != &d || !d.retained)
    return invalidContext;
  d.current = true;
  return ok;
}
int cuMemGetInfo_v2(size_t *available, size_t *total) {
  ENTER("cuMemGetInfo_v2", true)
  *available = size_t(d.limit - d.used);
  *total = size_t(d.limit);
  return ok;
}
int cuMemAlloc_v2(uint64_t *address, size_t bytes) {
  ENTER("cuMemAlloc_v2", true)
  if (bytes == 0)
    return invalidValue;
  if (d.used + int64_t(bytes) > d.limit)
    return outOfMemory;
  *address = reinterpret_cast<uint64_t>(d.memory.allocate(bytes));
  // What was there before, as on a GPU: no numbers.
  d.memory.fill(reinterpret_cast<void *>(*address), 0x7f, bytes);
  d.sizes[*address] = bytes;
  d.used += int64_t(bytes);
  return ok;
}
int cuMemFree_v2(uint64_t address) {
  ENTER("cuMemFree_v2", true)
  auto it = d.sizes.find(address);
  if (it == d.sizes.end())
    return invalidValue;
  d.used -= int64_t(it->second);
  d.sizes.erase(it);
  llvm::cantFail(d.memory.release(reinterpret_cast<void *>(address)));
  return ok;
}
int cuMemcpyHtoDAsync_v2(uint64_t to, const void *from, size_t bytes, void *stream) {
  ENTER("cuMemcpyHtoDAsync_v2", true)
  if (!stream || !d.holds(to, bytes))
    return invalidValue;
  d.memory.copy(reinterpret_cast<void *>(to), from, bytes);
  return ok;
}
int cuMemcpyDtoHAsync_v2(void *to, uint64_t from, size_t bytes, void *stream) {
  ENTER("cuMemcpyDtoHAsync_v2", true)
  if (!stream || !d.holds(from, bytes))
    return invalidValue;
  std::memcpy(to, reinterpret_cast<void *>(from), bytes);
  return ok;
}
int cuMemcpyDtoDAsync_v2(uint64_t to, uint64_t from, size_t bytes, void *stream) {
  ENTER("cuMemcpyDtoDAsync_v2", true)
  if (!stream || !d.holds(to, bytes) || !d.holds(from, bytes))
    return invalidValue;
  d.memory.copy(reinterpret_cast<void *>(to), reinterpret_cast<void *>(from), bytes);
  return ok;
}
int cuMemsetD8Async(uint64_t to, unsigned char value, size_t bytes, void *stream) {
  ENTER("cuMemsetD8Async", true)
  if (!stream || !d.holds(to, bytes))
    return invalidValue;
  d.memory.fill(reinterpret_cast<void *>(to), value, bytes);
  return ok;
}
int cuModuleLoadDataEx(FakeModule **module, const void *image, unsigned options, int *optionNames, void **values) {
  ENTER("cuModuleLoadDataEx", true)
  StringRef text(static_cast<const char *>(image));
  bool isPTX = text.contains(".version") && text.contains(".target"), isCubin = std::memcmp(image,
                                                                                            "\x7f"
                                                                                            "ELF",
                                                                                            4) == 0;
  if (!isPTX && !isCubin) {
    for (unsigned i = 0; i < options; ++i)
      if (optionNames[i] == 5)
        std::strcpy(static_cast<char *>(values[i]), "neither PTX nor a cubin");
    return invalidImage;
  }
  d.log(isPTX ? "PTX for " + text.split(".target ").second.take_until([](char c) { return c == '\n' || c == ','; })
              : llvm::Twine("cubin"));
  if (!d.kernelFile.empty() && !d.kernels)
    if (int code = d.load(d.kernelFile))
      return code;
  *module = new FakeModule{isPTX, isPTX ? text.str() : ""};
  return ok;
}
int cuModuleUnload(FakeModule *module) {
  ENTER("cuModuleUnload", true)
  delete module;
  return ok;
}
int cuModuleGetFunction(FakeFunction **function, FakeModule *module, const char *name) {
  ENTER("cuModuleGetFunction", true)
  if (module->isPTX && module->text.find(std::string(".entry ") + name + "(") == std::string::npos)
    return notFound;
  if (d.kernels && !llvm::is_contained(d.kernels->kernels(), name))
    return notFound;
  auto &made = d.functions[name];
  if (!made)
    made = std::make_unique<FakeFunction>(FakeFunction{name});
  *function = made.get();
  return ok;
}
int cuFuncSetAttribute(FakeFunction *function, int attribute, int value) {
  ENTER("cuFuncSetAttribute", true)
  if (attribute != 8 || value > d.sharedBytes())
    return invalidValue;
  function->sharedAllowed = value;
  return ok;
}
int cuLaunchKernel(FakeFunction *function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX,
                   unsigned blockY, unsigned blockZ, unsigned shared, void *stream, void **parameters, void **extra) {
  ENTER("cuLaunchKernel", true)
  if (!stream || extra || !gridX || blockX * blockY * blockZ > 1024 || !blockX || shared > function->sharedAllowed)
    return invalidValue;
  d.log("launch " + function->name + " " + llvm::Twine(gridX) + " x " + llvm::Twine(blockX) +
        (shared ? ", " + std::to_string(shared) + " bytes shared" : ""));
  if (!d.kernels)
    return ok;
  auto types = d.kernels->parameters(function->name);
  if (!types)
    return llvm::consumeError(types.takeError()), notFound;
  emu::Options options;
  options.checks = emu::allChecks & ~emu::CheckUninit;
  auto result = d.kernels->launch(function->name, {gridX, gridY, gridZ}, {blockX, blockY, blockZ}, shared,
                                  llvm::ArrayRef(parameters, types->size()), d.memory, options);
  if (result)
    return ok;
  // A fault shows at the next call that waits.
  std::string text = toString(result.takeError());
  d.log(text);
  d.sticky = StringRef(text).contains("out of bounds") ? illegalAddress : launchFailed;
  return ok;
}
int cuStreamCreate(void **stream, unsigned) {
  ENTER("cuStreamCreate", true)
  *stream = new char;
  return ok;
}
int cuStreamDestroy_v2(void *stream) {
  ENTER("cuStreamDestroy_v2", false)
  delete static_cast<char *>(stream);
  return ok;
}
int cuStreamSynchronize(void *stream) {
  ENTER("cuStreamSynchronize", true)
  return stream ? ok : invalidHandle;
}
int cuStreamWaitEvent(void *stream, FakeEvent *event, unsigned) {
  ENTER("cuStreamWaitEvent", true)
  return stream && event->recorded ? ok : invalidHandle;
}
int cuEventCreate(FakeEvent **event, unsigned) {
  ENTER("cuEventCreate", true)
  *event = new FakeEvent;
  return ok;
}
int cuEventDestroy_v2(FakeEvent *event) {
  ENTER("cuEventDestroy_v2", false)
  delete event;
  return ok;
}
int cuEventRecord(FakeEvent *event, void *stream) {
  ENTER("cuEventRecord", true)
  if (!stream)
    return invalidHandle;
  event->at = std::chrono::steady_clock::now();
  event->recorded = true;
  return ok;
}
int cuEventElapsedTime(float *milliseconds, FakeEvent *from, FakeEvent *to) {
  ENTER("cuEventElapsedTime", true)
  if (!from->recorded || !to->recorded)
    return invalidHandle;
  *milliseconds = std::chrono::duration<float, std::milli>(to->at - from->at).count();
  return ok;
}
}
