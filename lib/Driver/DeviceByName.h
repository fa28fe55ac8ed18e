//===- DeviceByName.h - the device that the command line names ------------===//
#ifndef BRAID_LIB_DRIVER_DEVICEBYNAME_H
#define BRAID_LIB_DRIVER_DEVICEBYNAME_H

#include "braid/Device/EmulatedDevice.h"
#include "braid/Driver/Console.h"

namespace braid::driver {

/// `emulator`, `cuda` or `cuda:1`. `target`: the GPU that the emulator is to be, or empty for the default one. `seed` orders the emulator's threads; without `useCache` nothing is taken from the compile
/// cache or put there. `onLaunch` is the emulator's. Fails with what there is.
/// Warnings go to `console`, which must outlive the device.
llvm::Expected<std::unique_ptr<dev::Device>> deviceByName(llvm::StringRef name, llvm::StringRef target, uint64_t seed, bool useCache, Console &console,
                                                          std::function<void(const dev::Kernel &, const emu::LaunchResult &)> onLaunch = nullptr);

} // namespace braid::driver

#endif
