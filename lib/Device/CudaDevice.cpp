//===- CudaDevice.cpp - an NVIDIA GPU -------------------------------------===//

#include "CudaDriver.h"
#include "braid/Device/Cuda.h"
#include "braid/Device/KernelCode.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace braid;
using namespace braid::dev;

namespace {

struct CudaKernel : Kernel {
  CudaKernel(std::string name, std::string place, CUfunction function)
      : Kernel(std::move(name), std::move(place)), function(function) {}
  CUfunction function;
  int64_t sharedAllowed = 48 << 10; ///< dynamic shared memory that needs no opt-in
};

struct CudaStream : Stream {
  CudaStream(const CudaDriver &cuda, CUstream stream) : cuda(cuda), stream(stream) {}
  ~CudaStream() override { cuda.streamDestroy(stream); }
  const CudaDriver &cuda;
  CUstream stream;
  /// What was launched since the stream was last waited for: one of these kernels is at fault where waiting fails.
  std::vector<std::string> launched;
};

struct CudaEvent : Event {
  CudaEvent(const CudaDriver &cuda, CUevent event) : cuda(cuda), event(event) {}
  ~CudaEvent() override { cuda.eventDestroy(event); }
  const CudaDriver &cuda;
  CUevent event;
};

struct CudaArena : Arena {
  CudaArena(const CudaDriver &cuda, CUcontext context, CUdeviceptr base, const ArenaPlan &plan)
      : cuda(cuda), context(context), base(base), bytes(plan.bytes()) {
    llvm::cantFail(place(plan));
  }
  ~CudaArena() override {
    cuda.ctxSetCurrent(context);
    cuda.memFree(base);
  }
  llvm::Error place(const ArenaPlan &plan) override {
    if (plan.bytes() > bytes)
      return llvm::createStringError(llvm::Twine(plan.bytes()) + " bytes do not fit into an allocation of " +
                                     llvm::Twine(bytes));
    addresses.clear();
    for (const ArenaPlan::Piece &piece : plan.pieces())
      addresses.push_back(base + Address(piece.offset));
    return llvm::Error::success();
  }
  const CudaDriver &cuda;
  CUcontext context;
  CUdeviceptr base;
  int64_t bytes;
};

class CudaModule : public dev::Module {
public:
  CudaModule(const CudaDriver &cuda, CUcontext context, CUmodule module, llvm::StringMap<std::string> places)
      : cuda(cuda), context(context), module(module), places(std::move(places)) {}
  ~CudaModule() override {
    cuda.ctxSetCurrent(context);
    cuda.moduleUnload(module);
  }
  llvm::Expected<Kernel *> kernel(llvm::StringRef name) override {
    std::unique_ptr<Kernel> &made = kernels[name];
    if (!made) {
      CUfunction function = nullptr;
      cuda.ctxSetCurrent(context);
      if (llvm::Error error = cuda.check(cuda.moduleGetFunction(&function, module, name.str().c_str()),
                                         "the kernel `" + name + "`: cuModuleGetFunction"))
        return std::move(error);
      made = std::make_unique<CudaKernel>(name.str(), places.lookup(name), function);
    }
    return made.get();
  }

private:
  const CudaDriver &cuda;
  CUcontext context;
  CUmodule module;
  llvm::StringMap<std::string> places;
  llvm::StringMap<std::unique_ptr<Kernel>> kernels;
};

class CudaDevice : public Device {
public:
  CudaDevice(const CudaDriver &cuda, CUdevice gpu, Properties known, row::GpuTarget target, CudaOptions options)
      : cuda(cuda), gpu(gpu), known(std::move(known)), aim(std::move(target)), options(std::move(options)) {}
  ~CudaDevice() override {
    own.reset();
    if (context)
      cuda.primaryCtxRelease(gpu);
  }
  llvm::Error open();

  const Properties &properties() const override { return known; }
  const row::GpuTarget &target() const override { return aim; }
  bool isUsable() const override { return !lost; }
  llvm::Expected<std::unique_ptr<dev::Module>> load(mlir::Operation *gpuModule, llvm::StringRef program) override;
  llvm::Expected<std::unique_ptr<dev::Module>> loadImage(llvm::StringRef image) override {
    return loadImage(image, {});
  }
  llvm::Expected<std::unique_ptr<Arena>> allocate(const ArenaPlan &plan) override;
  llvm::Expected<int64_t> freeBytes() override;
  llvm::Error copyTo(Address to, const void *from, size_t bytes, Stream *stream) override;
  llvm::Error copyFrom(void *to, Address from, size_t bytes, Stream *stream) override;
  llvm::Error copy(Address to, Address from, size_t bytes, Stream *stream) override;
  llvm::Error fill(Address to, uint8_t value, size_t bytes, Stream *stream) override;
  llvm::Error poison(Address to, size_t bytes, Stream *stream) override { return fill(to, 0xff, bytes, stream); }
  llvm::Error launch(Kernel &kernel, const LaunchConfig &config, llvm::ArrayRef<void *> arguments,
                     Stream *stream) override;
  llvm::Expected<std::unique_ptr<Stream>> makeStream() override;
  llvm::Expected<std::unique_ptr<Event>> makeEvent() override;
  llvm::Error record(Event &event, Stream *stream) override;
  llvm::Error wait(Event &event, Stream *stream) override;
  llvm::Expected<double> seconds(Event &from, Event &to) override;
  llvm::Error synchronise(Stream *stream) override;

private:
  llvm::Expected<std::unique_ptr<dev::Module>> loadImage(llvm::StringRef image, llvm::StringMap<std::string> places);
  /// Checks a call on a stream; an error may be that of a kernel launched before, which is then named.
  llvm::Error check(CUresult code, const llvm::Twine &what, CudaStream &stream);
  CudaStream &streamOf(Stream *stream) { return stream ? static_cast<CudaStream &>(*stream) : *own; }
  void enter() { cuda.ctxSetCurrent(context); }

  const CudaDriver &cuda;
  CUdevice gpu;
  Properties known;
  row::GpuTarget aim;
  CudaOptions options;
  bool assembles = true; ///< false: ptxas has failed before
  CUcontext context = nullptr;
  std::unique_ptr<CudaStream> own;
  bool lost = false;
};

} // namespace

llvm::Error CudaDevice::open() {
  if (llvm::Error error = cuda.check(cuda.primaryCtxRetain(&context, gpu), known.name + ": cuDevicePrimaryCtxRetain"))
    return error;
  if (llvm::Error error = cuda.check(cuda.ctxSetCurrent(context), known.name + ": cuCtxSetCurrent"))
    return error;
  auto stream = makeStream();
  if (!stream)
    return stream.takeError();
  own.reset(static_cast<CudaStream *>(stream->release()));
  return llvm::Error::success();
}

llvm::Error CudaDevice::check(CUresult code, const llvm::Twine &what, CudaStream &stream) {
  if (code == cudaSuccess)
    return llvm::Error::success();
  // These end everything that the process can do with the GPU.
  lost |= code >= 700 && code < 720 && code != 701;
  std::string where;
  if (!stream.launched.empty())
    where = (stream.launched.size() == 1 ? "" : "one of ") + llvm::join(stream.launched, ", ") + " failed on " +
            known.name + ": ";
  stream.launched.clear();
  return cuda.check(code, where + what);
}

llvm::Expected<std::unique_ptr<dev::Module>> CudaDevice::load(mlir::Operation *gpuModule, llvm::StringRef program) {
  auto ptx = ptxOf(gpuModule, aim, options.cache, program);
  if (!ptx)
    return ptx.takeError();
  std::string image = std::move(*ptx);
  // A cubin runs on this GPU alone; where the target is an earlier one, or without ptxas, the driver compiles the PTX.
  bool isOwn = int(aim.number) == known.major * 10 + known.minor;
  if (auto ptxas = row::findPtxas(); ptxas && isOwn && assembles) {
    auto cubin = cubinOf(image, aim, options.cache, program);
    assembles = bool(cubin);
    if (cubin)
      image = std::move(*cubin);
    else if (std::string why = toString(cubin.takeError()); options.warn)
      options.warn(why + "; the driver compiles the PTX instead, which takes longer");
  } else if (!ptxas) {
    llvm::consumeError(ptxas.takeError());
  }
  llvm::StringMap<std::string> places;
  gpuModule->walk([&](mlir::LLVM::LLVMFuncOp function) { places[function.getName()] = placeInProgram(function); });
  return loadImage(image, std::move(places));
}

llvm::Expected<std::unique_ptr<dev::Module>> CudaDevice::loadImage(llvm::StringRef image,
                                                                   llvm::StringMap<std::string> places) {
  std::string text = image.str(); // ends in a zero byte, as PTX must
  char log[4096] = "";
  int names[] = {jitErrorLog, jitErrorLogBytes};
  void *values[] = {log, reinterpret_cast<void *>(sizeof(log))};
  CUmodule module = nullptr;
  enter();
  CUresult code = cuda.moduleLoad(&module, text.c_str(), 2, names, values);
  if (code != cudaSuccess) {
    std::string said = llvm::StringRef(log).trim().str();
    return cuda.check(code, "the kernels cannot be loaded on " + known.name + (said.empty() ? "" : " (" + said + ")") +
                                ": cuModuleLoadDataEx");
  }
  return std::make_unique<CudaModule>(cuda, context, module, std::move(places));
}

llvm::Expected<int64_t> CudaDevice::freeBytes() {
  size_t available = 0, total = 0;
  enter();
  if (llvm::Error error = cuda.check(cuda.memGetInfo(&available, &total), "cuMemGetInfo"))
    return std::move(error);
  return int64_t(available);
}

llvm::Expected<std::unique_ptr<Arena>> CudaDevice::allocate(const ArenaPlan &plan) {
  CUdeviceptr base = 0;
  enter();
  CUresult code = cuda.memAlloc(&base, size_t(std::max<int64_t>(plan.bytes(), 1)));
  if (code == cudaOutOfMemory) {
    auto available = freeBytes();
    auto mib = [](int64_t bytes) { return llvm::formatv("{0:F1} MiB", double(bytes) / (1 << 20)).str(); };
    std::string have =
        available ? mib(*available) + " of " + mib(known.memoryBytes) + " are free" : toString(available.takeError());
    const ArenaPlan::Piece *largest = nullptr;
    for (const ArenaPlan::Piece &piece : plan.pieces())
      if (!largest || piece.bytes > largest->bytes)
        largest = &piece;
    return cuda.check(code, "too little memory on " + known.name + ": " + mib(plan.bytes()) + " are needed" +
                                (largest ? " (most for " + largest->name + ": " + mib(largest->bytes) + ")" : "") +
                                ", " + have + ": cuMemAlloc");
  }
  if (llvm::Error error = check(code, "cuMemAlloc of " + llvm::Twine(plan.bytes()) + " bytes", *own))
    return std::move(error);
  return std::make_unique<CudaArena>(cuda, context, base, plan);
}

llvm::Error CudaDevice::copyTo(Address to, const void *from, size_t bytes, Stream *stream) {
  CudaStream &in = streamOf(stream);
  enter();
  if (bytes == 0)
    return llvm::Error::success();
  if (llvm::Error error = check(cuda.memcpyHtoD(to, from, bytes, in.stream),
                                "cuMemcpyHtoDAsync of " + llvm::Twine(bytes) + " bytes", in))
    return error;
  return synchronise(&in);
}

llvm::Error CudaDevice::copyFrom(void *to, Address from, size_t bytes, Stream *stream) {
  CudaStream &in = streamOf(stream);
  enter();
  if (bytes == 0)
    return llvm::Error::success();
  if (llvm::Error error = check(cuda.memcpyDtoH(to, from, bytes, in.stream),
                                "cuMemcpyDtoHAsync of " + llvm::Twine(bytes) + " bytes", in))
    return error;
  return synchronise(&in);
}

llvm::Error CudaDevice::copy(Address to, Address from, size_t bytes, Stream *stream) {
  CudaStream &in = streamOf(stream);
  enter();
  return bytes == 0 ? llvm::Error::success()
                    : check(cuda.memcpyDtoD(to, from, bytes, in.stream),
                            "cuMemcpyDtoDAsync of " + llvm::Twine(bytes) + " bytes", in);
}

llvm::Error CudaDevice::fill(Address to, uint8_t value, size_t bytes, Stream *stream) {
  CudaStream &in = streamOf(stream);
  enter();
  return bytes == 0 ? llvm::Error::success()
                    : check(cuda.memsetD8(to, value, bytes, in.stream),
                            "cuMemsetD8Async of " + llvm::Twine(bytes) + " bytes", in);
}

llvm::Error CudaDevice::launch(Kernel &given, const LaunchConfig &config, llvm::ArrayRef<void *> arguments,
                               Stream *stream) {
  auto &kernel = static_cast<CudaKernel &>(given);
  CudaStream &in = streamOf(stream);
  enter();
  if (llvm::Error error = checkShared(*this, kernel, config))
    return error;
  if (config.sharedBytes > kernel.sharedAllowed) {
    if (llvm::Error error = check(
            cuda.funcSetAttribute(kernel.function, functionMaxDynamicShared, int(config.sharedBytes)),
            kernel.title() + ": cuFuncSetAttribute of " + llvm::Twine(config.sharedBytes) + " bytes of shared memory",
            in))
      return error;
    kernel.sharedAllowed = config.sharedBytes;
  }
  llvm::SmallVector<void *> values(arguments);
  CUresult code = cuda.launchKernel(kernel.function, unsigned(config.blocks), 1, 1, unsigned(config.threads), 1, 1,
                                    unsigned(config.sharedBytes), in.stream, values.data(), nullptr);
  // What has been waiting the longest is dropped from a long list of suspects.
  if (in.launched.size() == 8)
    in.launched.erase(in.launched.begin());
  if (!llvm::is_contained(in.launched, kernel.title()))
    in.launched.push_back(kernel.title());
  if (llvm::Error error = check(code,
                                "cuLaunchKernel of " + llvm::Twine(config.blocks) + " blocks of " +
                                    llvm::Twine(config.threads) + " threads",
                                in))
    return error;
  return options.synchronous ? synchronise(&in) : llvm::Error::success();
}

llvm::Expected<std::unique_ptr<Stream>> CudaDevice::makeStream() {
  CUstream stream = nullptr;
  enter();
  if (llvm::Error error = cuda.check(cuda.streamCreate(&stream, streamNonBlocking), known.name + ": cuStreamCreate"))
    return std::move(error);
  return std::make_unique<CudaStream>(cuda, stream);
}

llvm::Expected<std::unique_ptr<Event>> CudaDevice::makeEvent() {
  CUevent event = nullptr;
  enter();
  if (llvm::Error error = cuda.check(cuda.eventCreate(&event, 0), known.name + ": cuEventCreate"))
    return std::move(error);
  return std::make_unique<CudaEvent>(cuda, event);
}

llvm::Error CudaDevice::record(Event &event, Stream *stream) {
  CudaStream &in = streamOf(stream);
  enter();
  return check(cuda.eventRecord(static_cast<CudaEvent &>(event).event, in.stream), "cuEventRecord", in);
}

llvm::Error CudaDevice::wait(Event &event, Stream *stream) {
  CudaStream &in = streamOf(stream);
  enter();
  return check(cuda.streamWaitEvent(in.stream, static_cast<CudaEvent &>(event).event, 0), "cuStreamWaitEvent", in);
}

llvm::Expected<double> CudaDevice::seconds(Event &from, Event &to) {
  float milliseconds = 0;
  enter();
  if (llvm::Error error = cuda.check(cuda.eventElapsedTime(&milliseconds, static_cast<CudaEvent &>(from).event,
                                                           static_cast<CudaEvent &>(to).event),
                                     "cuEventElapsedTime"))
    return std::move(error);
  return double(milliseconds) * 1e-3;
}

llvm::Error CudaDevice::synchronise(Stream *stream) {
  CudaStream &in = streamOf(stream);
  enter();
  if (llvm::Error error = check(cuda.streamSynchronize(in.stream), "cuStreamSynchronize", in))
    return error;
  in.launched.clear();
  return llvm::Error::success();
}

llvm::Expected<std::unique_ptr<Device>> braid::dev::makeCudaDevice(int number, CudaOptions options) {
  auto driver = CudaDriver::get();
  if (!driver)
    return driver.takeError();
  auto count = (*driver)->count();
  if (!count)
    return count.takeError();
  if (number >= *count)
    return llvm::createStringError(*count == 0
                                       ? std::string("the CUDA driver sees no GPU; ") + adviceFor(100).str()
                                       : "there is no GPU " + std::to_string(number) + ": there are " +
                                             std::to_string(*count) + ", counted from 0; `braid devices` lists them");
  auto properties = (*driver)->properties(number);
  if (!properties)
    return properties.takeError();
  auto target = targetFor(*properties);
  if (!target)
    return target.takeError();
  properties->threads = target->threads;
  CUdevice gpu = 0;
  if (llvm::Error error = (*driver)->check((*driver)->deviceGet(&gpu, number), "cuDeviceGet"))
    return std::move(error);
  auto device =
      std::make_unique<CudaDevice>(**driver, gpu, std::move(*properties), std::move(*target), std::move(options));
  if (llvm::Error error = device->open())
    return std::move(error);
  return std::move(device);
}
