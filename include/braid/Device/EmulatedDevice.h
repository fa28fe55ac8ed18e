//===- EmulatedDevice.h - the emulator as a device ------------------------===//
#ifndef BRAID_DEVICE_EMULATEDDEVICE_H
#define BRAID_DEVICE_EMULATEDDEVICE_H

#include "braid/Device/Device.h"
#include "braid/Emulator/Emulator.h"

namespace braid::dev {

struct EmulatedOptions {
  /// The GPU that is emulated: what kernels are planned for, and the shared memory that a block may have.
  row::GpuTarget target;
  /// The seed is that of the first launch; every further one takes the next, so that the same kernel runs in different
  /// orders. With seed 0 all run in the natural order.
  emu::Options launch;
  /// Notes of the emulator (two threads that write the same value to one place) are errors.
  bool strict = true;
  /// Called after every launch that went well.
  std::function<void(const Kernel &, const emu::LaunchResult &)> onLaunch;
};

/// Launches run at once. Every piece of an arena lies far from every other, so that accesses past its end are found.
std::unique_ptr<Device> makeEmulatedDevice(EmulatedOptions options);

} // namespace braid::dev

#endif
