//===- DeviceByName.cpp - the device that the command line names ----------===//
#include "DeviceByName.h"
#include "braid/Device/Cuda.h"
#include "braid/Device/EmulatedDevice.h"
#include "braid/Driver/Console.h"

namespace braid::driver {

llvm::Expected<std::unique_ptr<dev::Device>>
deviceByName(llvm::StringRef name, const EmulatorArgs &emulated, uint64_t seed, bool useCache, Console &console,
             std::function<void(const dev::Kernel &, const emu::LaunchResult &)> onLaunch) {
  if (name == "emulator") {
    auto chip = row::parseGpuTarget(emulated.target.empty() ? llvm::StringRef(row::defaultGpuTarget) : emulated.target);
    if (!chip)
      return chip.takeError();
    dev::EmulatedOptions options;
    options.target = std::move(*chip);
    options.launch.seed = seed;
    options.launch.limit = uint64_t(emulated.limit);
    options.onLaunch = std::move(onLaunch);
    return dev::makeEmulatedDevice(std::move(options));
  }
  llvm::StringRef rest = name;
  unsigned number = 0;
  if (rest.consume_front("cuda") && (rest.empty() || (rest.consume_front(":") && !rest.getAsInteger(10, number)))) {
    dev::CudaOptions options;
    if (useCache)
      options.cache = dev::CompileCache::standard();
    options.warn = [&console](const std::string &what) { warn(console, what); };
    return dev::makeCudaDevice(int(number), std::move(options));
  }
  return makeError("there is no device `" + name + "` for GPU kernels; there are emulator, cuda, cuda:1, …");
}

} // namespace braid::driver
