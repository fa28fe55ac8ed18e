//===- DeviceByName.h - the device that the command line names ------------===//
#ifndef BRAID_LIB_DRIVER_MACHINE_DEVICEBYNAME_H
#define BRAID_LIB_DRIVER_MACHINE_DEVICEBYNAME_H

#include "braid/Device/EmulatedDevice.h"
#include "braid/Driver/Commands.h"
#include "braid/Driver/Console.h"

namespace braid::driver {

/// `emulator`, `cuda` or `cuda:1`. `emulated` is for the emulator, `seed` orders its threads, and `onLaunch` hears of
/// its launches; without `useCache` nothing is taken from the compile cache or put there. Fails with what there is.
/// Warnings go to `console`, which must outlive the device.
llvm::Expected<std::unique_ptr<dev::Device>>
deviceByName(llvm::StringRef name, const EmulatorArgs &emulated, uint64_t seed, bool useCache, Console &console,
             std::function<void(const dev::Kernel &, const emu::LaunchResult &)> onLaunch = nullptr);

} // namespace braid::driver

#endif
