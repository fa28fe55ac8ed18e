//===- Mgpu.cpp - the interface of MLIR's GPU runner ----------------------===//
//
// As in MLIR's CudaRuntimeWrappers.cpp, with the emulator for a driver.
//
//===----------------------------------------------------------------------===//

#include "braid/Emulator/Mgpu.h"
#include "mlir/ExecutionEngine/CRunnerUtils.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <set>

using namespace braid::emu;

MgpuDevice &MgpuDevice::get() {
  static MgpuDevice device;
  return device;
}

namespace {
struct Function {
  Module *module;
  std::string name;
  size_t parameters;
};
/// What a module handle points to.
struct Loaded {
  std::unique_ptr<Module> module;
  std::vector<std::unique_ptr<Function>> functions;
};
std::recursive_mutex lock;
} // namespace

static void tell(llvm::Error error) {
  if (!error)
    return;
  MgpuDevice &device = MgpuDevice::get();
  if (device.onError) {
    device.onError(std::move(error));
    return;
  }
  llvm::errs() << toString(std::move(error)) << "\n";
  std::_Exit(1);
}

/// Streams and events are numbers, each given once.
static std::set<uintptr_t> handles;
static void *makeHandle() {
  static uintptr_t made = 0;
  std::lock_guard guard(lock);
  handles.insert(++made);
  return reinterpret_cast<void *>(made);
}
/// As MLIR's CUDA runner does, says that a handle is none, and goes on: upstream's lowering of `async.execute` destroys
/// an event once for each of its users.
static void destroyHandle(void *handle, const char *who) {
  std::lock_guard guard(lock);
  if (!handles.erase(reinterpret_cast<uintptr_t>(handle)))
    llvm::errs() << who << ": there is no such handle, or it was destroyed before\n";
}

static void refuse(llvm::StringRef what) { tell(llvm::createStringError(what + ": the emulator does not have this")); }

extern "C" {

void *mgpuModuleLoad(void *data, size_t size) {
  std::lock_guard guard(lock);
  // Text need not end with a zero byte here.
  std::string copy(static_cast<const char *>(data), size);
  auto module = Module::loadIR(copy, "module");
  if (!module) {
    tell(module.takeError());
    return nullptr;
  }
  return new Loaded{std::move(*module), {}};
}

void *mgpuModuleLoadJIT(void *data, int) { return mgpuModuleLoad(data, std::strlen(static_cast<char *>(data))); }

void mgpuModuleUnload(void *module) { delete static_cast<Loaded *>(module); }

void *mgpuModuleGetFunction(void *handle, const char *name) {
  std::lock_guard guard(lock);
  auto *loaded = static_cast<Loaded *>(handle);
  if (!loaded)
    return nullptr;
  auto parameters = loaded->module->parameters(name);
  if (!parameters) {
    tell(parameters.takeError());
    return nullptr;
  }
  loaded->functions.push_back(std::make_unique<Function>(Function{loaded->module.get(), name, parameters->size()}));
  return loaded->functions.back().get();
}

void mgpuLaunchKernel(void *handle, intptr_t gridX, intptr_t gridY, intptr_t gridZ, intptr_t blockX, intptr_t blockY,
                      intptr_t blockZ, int32_t shared, void *, void **parameters, void **, size_t parameterCount) {
  std::lock_guard guard(lock);
  auto *function = static_cast<Function *>(handle);
  if (!function)
    return;
  MgpuDevice &device = MgpuDevice::get();
  auto result = function->module->launch(function->name, {uint32_t(gridX), uint32_t(gridY), uint32_t(gridZ)},
                                         {uint32_t(blockX), uint32_t(blockY), uint32_t(blockZ)}, size_t(shared),
                                         llvm::ArrayRef(parameters, parameterCount), device.memory, device.options);
  if (!result)
    tell(result.takeError());
  else if (device.onLaunch)
    device.onLaunch(function->name, *result);
}

void mgpuLaunchClusterKernel(void *, intptr_t, intptr_t, intptr_t, intptr_t, intptr_t, intptr_t, intptr_t, intptr_t,
                             intptr_t, int32_t, void *, void **, void **, size_t) {
  refuse("a launch in clusters");
}

// Streams and events: everything has happened when a call returns.
void *mgpuStreamCreate() { return makeHandle(); }
void mgpuStreamDestroy(void *stream) { destroyHandle(stream, "mgpuStreamDestroy"); }
void mgpuStreamSynchronize(void *) {}
void mgpuStreamWaitEvent(void *, void *) {}
void *mgpuEventCreate() { return makeHandle(); }
void mgpuEventDestroy(void *event) { destroyHandle(event, "mgpuEventDestroy"); }
void mgpuEventSynchronize(void *) {}
void mgpuEventRecord(void *, void *) {}

void *mgpuMemAlloc(uint64_t bytes, void *, bool isHostShared) {
  std::lock_guard guard(lock);
  return MgpuDevice::get().memory.allocate(bytes);
}
void mgpuMemFree(void *pointer, void *) {
  std::lock_guard guard(lock);
  tell(MgpuDevice::get().memory.release(pointer));
}
void mgpuMemcpy(void *destination, void *source, size_t bytes, void *) {
  std::lock_guard guard(lock);
  MgpuDevice::get().memory.copy(destination, source, bytes);
}
void mgpuMemset32(void *destination, unsigned value, size_t count, void *) {
  std::lock_guard guard(lock);
  for (size_t i = 0; i < count; ++i)
    std::memcpy(static_cast<char *>(destination) + 4 * i, &value, 4);
  MgpuDevice::get().memory.markWritten(destination, 4 * count);
}
void mgpuMemset16(void *destination, unsigned short value, size_t count, void *) {
  std::lock_guard guard(lock);
  for (size_t i = 0; i < count; ++i)
    std::memcpy(static_cast<char *>(destination) + 2 * i, &value, 2);
  MgpuDevice::get().memory.markWritten(destination, 2 * count);
}

void mgpuMemHostRegister(void *pointer, uint64_t bytes) {
  std::lock_guard guard(lock);
  tell(MgpuDevice::get().memory.registerHost(pointer, bytes));
}
void mgpuMemHostRegisterMemRef(int64_t rank, StridedMemRefType<char, 1> *descriptor, int64_t elementBytes) {
  // Rank sizes, then rank strides; the buffer is dense.
  const int64_t *sizes = descriptor->sizes;
  int64_t count = 1;
  for (int64_t i = 0; i < rank; ++i)
    count *= sizes[i];
  mgpuMemHostRegister(descriptor->data + descriptor->offset * elementBytes, uint64_t(count * elementBytes));
}
void mgpuMemHostUnregister(void *pointer) {
  std::lock_guard guard(lock);
  tell(MgpuDevice::get().memory.unregisterHost(pointer));
}
void mgpuMemHostUnregisterMemRef(int64_t, StridedMemRefType<char, 1> *descriptor, int64_t elementBytes) {
  mgpuMemHostUnregister(descriptor->data + descriptor->offset * elementBytes);
}
void mgpuSetDefaultDevice(int32_t device) {
  if (device != 0)
    tell(llvm::createStringError("there is one emulated device, number 0, not number %d", device));
}
void *mgpuTensorMapEncodeTiledMemref(int64_t, void *, int, int, int, int, int, int64_t *) {
  refuse("a tensor map");
  return nullptr;
}
}

std::vector<std::pair<const char *, void *>> braid::emu::mgpuSymbols() {
#define SYMBOL(name) {#name, reinterpret_cast<void *>(&name)}
  return {SYMBOL(mgpuModuleLoad),
          SYMBOL(mgpuModuleLoadJIT),
          SYMBOL(mgpuModuleUnload),
          SYMBOL(mgpuModuleGetFunction),
          SYMBOL(mgpuLaunchKernel),
          SYMBOL(mgpuLaunchClusterKernel),
          SYMBOL(mgpuStreamCreate),
          SYMBOL(mgpuStreamDestroy),
          SYMBOL(mgpuStreamSynchronize),
          SYMBOL(mgpuStreamWaitEvent),
          SYMBOL(mgpuEventCreate),
          SYMBOL(mgpuEventDestroy),
          SYMBOL(mgpuEventSynchronize),
          SYMBOL(mgpuEventRecord),
          SYMBOL(mgpuMemAlloc),
          SYMBOL(mgpuMemFree),
          SYMBOL(mgpuMemcpy),
          SYMBOL(mgpuMemset32),
          SYMBOL(mgpuMemset16),
          SYMBOL(mgpuMemHostRegister),
          SYMBOL(mgpuMemHostRegisterMemRef),
          SYMBOL(mgpuMemHostUnregister),
          SYMBOL(mgpuMemHostUnregisterMemRef),
          SYMBOL(mgpuSetDefaultDevice),
          SYMBOL(mgpuTensorMapEncodeTiledMemref)};
#undef SYMBOL
}
