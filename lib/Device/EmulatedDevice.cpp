//===- EmulatedDevice.cpp - the emulator as a device ----------------------===//

#include "braid/Device/EmulatedDevice.h"
#include "braid/Device/HostMemory.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/IR/Operation.h"
#include <chrono>
#include <cstring>

using namespace braid;
using namespace braid::dev;

namespace {

class EmulatedModule : public dev::Module {
public:
  EmulatedModule(std::unique_ptr<emu::Module> module, llvm::StringMap<std::string> places)
      : module(std::move(module)), places(std::move(places)) {}
  llvm::Expected<Kernel *> kernel(llvm::StringRef name) override;

  std::unique_ptr<emu::Module> module;

private:
  llvm::StringMap<std::string> places;
  llvm::StringMap<std::unique_ptr<Kernel>> kernels;
};

struct EmulatedKernel : Kernel {
  EmulatedKernel(std::string name, std::string place, emu::Module &module)
      : Kernel(std::move(name), std::move(place)), module(module) {}
  emu::Module &module;
};

struct EmulatedArena : Arena {
  EmulatedArena(emu::Memory &memory, int64_t bytes) : memory(memory), bytes(bytes) {}
  ~EmulatedArena() override { release(); }
  llvm::Error place(const ArenaPlan &plan) override;
  void release() {
    for (Address address : addresses)
      llvm::consumeError(memory.release(reinterpret_cast<void *>(address)));
    addresses.clear();
  }
  emu::Memory &memory;
  int64_t bytes;
};

struct EmulatedEvent : Event {
  std::chrono::steady_clock::time_point at;
};

class EmulatedDevice : public Device {
public:
  explicit EmulatedDevice(EmulatedOptions given) : options(std::move(given)) {
    known.name = "emulator";
    known.major = int(options.target.number / 10);
    known.minor = int(options.target.number % 10);
    known.multiprocessors = 2;
    known.threads = options.target.threads;
    known.sharedBytes = options.target.sharedBytes;
    options.launch.sharedLimit = size_t(known.sharedBytes); // static shared memory included
  }
  const Properties &properties() const override { return known; }
  const row::GpuTarget &target() const override { return options.target; }
  llvm::Expected<std::unique_ptr<dev::Module>> load(mlir::Operation *gpuModule, llvm::StringRef) override {
    if (llvm::Error error = row::checkPlannedFor(gpuModule, options.target))
      return std::move(error);
    mlir::DialectRegistry registry;
    emu::registerDialects(registry);
    gpuModule->getContext()->appendDialectRegistry(registry);
    auto module = emu::Module::load(gpuModule);
    if (!module)
      return module.takeError();
    llvm::StringMap<std::string> places;
    gpuModule->walk([&](mlir::LLVM::LLVMFuncOp function) { places[function.getName()] = placeInProgram(function); });
    return std::make_unique<EmulatedModule>(std::move(*module), std::move(places));
  }
  llvm::Expected<std::unique_ptr<dev::Module>> loadImage(llvm::StringRef image) override {
    auto module = emu::Module::loadIR(image);
    if (!module)
      return module.takeError();
    return std::make_unique<EmulatedModule>(std::move(*module), llvm::StringMap<std::string>());
  }
  llvm::Expected<std::unique_ptr<Arena>> allocate(const ArenaPlan &plan) override;
  llvm::Expected<int64_t> freeBytes() override { return hostMemory(); }
  llvm::Error copyTo(Address to, const void *from, size_t bytes, Stream *) override {
    memory.copy(reinterpret_cast<void *>(to), from, bytes);
    return llvm::Error::success();
  }
  llvm::Error copyFrom(void *to, Address from, size_t bytes, Stream *) override {
    std::memcpy(to, reinterpret_cast<const void *>(from), bytes);
    return llvm::Error::success();
  }
  llvm::Error copy(Address to, Address from, size_t bytes, Stream *) override {
    memory.copy(reinterpret_cast<void *>(to), reinterpret_cast<const void *>(from), bytes);
    return llvm::Error::success();
  }
  llvm::Error fill(Address to, uint8_t value, size_t bytes, Stream *) override {
    memory.fill(reinterpret_cast<void *>(to), value, bytes);
    return llvm::Error::success();
  }
  llvm::Error poison(Address to, size_t bytes, Stream *) override {
    std::memset(reinterpret_cast<void *>(to), 0xff, bytes);
    return llvm::Error::success();
  }
  llvm::Error launch(Kernel &kernel, const LaunchConfig &config, llvm::ArrayRef<void *> arguments, Stream *) override {
    if (llvm::Error error = checkShared(*this, kernel, config))
      return error;
    auto result = static_cast<EmulatedKernel &>(kernel).module.launch(
        kernel.name, {uint32_t(config.blocks), 1, 1}, {uint32_t(config.threads), 1, 1}, size_t(config.sharedBytes),
        arguments, memory, options.launch);
    options.launch.seed += options.launch.seed != 0;
    if (!result)
      return llvm::createStringError(kernel.title() + " failed on the emulator: " + toString(result.takeError()));
    if (options.strict && !result->notes.empty())
      return llvm::createStringError(kernel.title() + ": " + result->notes.front().text());
    if (options.onLaunch)
      options.onLaunch(kernel, *result);
    return llvm::Error::success();
  }
  llvm::Expected<std::unique_ptr<Stream>> makeStream() override { return std::make_unique<Stream>(); }
  llvm::Expected<std::unique_ptr<Event>> makeEvent() override { return std::make_unique<EmulatedEvent>(); }
  llvm::Error record(Event &event, Stream *) override {
    static_cast<EmulatedEvent &>(event).at = std::chrono::steady_clock::now();
    return llvm::Error::success();
  }
  llvm::Error wait(Event &, Stream *) override { return llvm::Error::success(); }
  llvm::Expected<double> seconds(Event &from, Event &to) override {
    return std::chrono::duration<double>(static_cast<EmulatedEvent &>(to).at - static_cast<EmulatedEvent &>(from).at)
        .count();
  }
  llvm::Error synchronise(Stream *) override { return llvm::Error::success(); }

private:
  EmulatedOptions options;
  Properties known;
  emu::Memory memory;
};

} // namespace

llvm::Error EmulatedArena::place(const ArenaPlan &plan) {
  if (plan.bytes() > bytes)
    return llvm::createStringError(llvm::Twine(plan.bytes()) + " bytes do not fit into an allocation of " +
                                   llvm::Twine(bytes));
  // Each buffer and its shadow are mappings of their own, of which a process has 65530.
  constexpr size_t mostPieces = 16000;
  if (plan.pieces().size() > mostPieces)
    return llvm::createStringError("the emulator holds at most " + llvm::Twine(mostPieces) +
                                   " buffers at a time, and " + llvm::Twine(plan.pieces().size()) +
                                   " are needed: give fewer entries of histories");
  release();
  for (const ArenaPlan::Piece &piece : plan.pieces())
    addresses.push_back(reinterpret_cast<Address>(memory.allocate(size_t(piece.bytes), piece.name)));
  return llvm::Error::success();
}

llvm::Expected<std::unique_ptr<Arena>> EmulatedDevice::allocate(const ArenaPlan &plan) {
  int64_t available = hostMemory();
  // Every byte has another one that says whether it was written.
  if (int64_t needed = 2 * plan.bytes(); needed > available)
    return llvm::createStringError("too little memory for the emulator: " + llvm::Twine(needed >> 20) +
                                   " MiB are needed, half of them for its checks, and " + llvm::Twine(available >> 20) +
                                   " MiB are free: give smaller sizes");
  auto arena = std::make_unique<EmulatedArena>(memory, plan.bytes());
  if (llvm::Error error = arena->place(plan))
    return std::move(error);
  return std::move(arena);
}

llvm::Expected<Kernel *> EmulatedModule::kernel(llvm::StringRef name) {
  std::unique_ptr<Kernel> &made = kernels[name];
  if (!made) {
    if (auto parameters = module->parameters(name); !parameters)
      return parameters.takeError();
    made = std::make_unique<EmulatedKernel>(name.str(), places.lookup(name), *module);
  }
  return made.get();
}

std::unique_ptr<Device> braid::dev::makeEmulatedDevice(EmulatedOptions options) {
  return std::make_unique<EmulatedDevice>(std::move(options));
}
