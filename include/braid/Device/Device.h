//===- Device.h - where GPU kernels run -----------------------------------===//
//
// One interface for NVIDIA GPUs (through the CUDA driver, loaded at run time) and for
// the emulator, which executes the same NVVM modules on the CPU. Every call is
// checked; an error says what was being done, for a kernel also its name and its line in the
// program, what the driver said, and what to do.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_DEVICE_DEVICE_H
#define BRAID_DEVICE_DEVICE_H

#include "braid/Conversion/GpuTarget.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace mlir {
class Operation;
}

namespace braid::dev {

/// An address in the device's memory.
using Address = uint64_t;

struct Properties {
  std::string name;         ///< "NVIDIA H200", "emulator"
  int major = 0, minor = 0; ///< compute capability
  int multiprocessors = 1;
  int64_t memoryBytes = 0; ///< in all; 0: the host's
  int threads = 2048;      ///< that a multiprocessor holds at a time
  int64_t sharedBytes = 0; ///< largest shared memory of a block, after an opt-in
  int driverVersion = 0;   ///< CUDA version that the driver speaks, as 12040; 0: no driver
};

/// Buffers of one allocation, placed before it is made. Each begins at a multiple of 256 bytes.
class ArenaPlan {
public:
  struct Piece {
    std::string name;
    int64_t offset, bytes;
  };
  /// The number of the new piece.
  size_t add(std::string name, int64_t bytes);
  llvm::ArrayRef<Piece> pieces() const { return planned; }
  int64_t bytes() const { return end; }

private:
  std::vector<Piece> planned;
  int64_t end = 0;
};

/// Memory of a plan; freed with the object.
class Arena {
public:
  virtual ~Arena() = default;
  /// Puts the pieces of another plan in the place of those that are there. It may need no more bytes than the one that
  /// the memory was made for. Contents are undefined then.
  virtual llvm::Error place(const ArenaPlan &plan) = 0;
  Address at(size_t piece) const { return addresses[piece]; }

protected:
  std::vector<Address> addresses;
};

/// A kernel of a module, which must outlive it.
class Kernel {
public:
  Kernel(std::string name, std::string place) : name(std::move(name)), place(std::move(place)) {}
  virtual ~Kernel() = default;
  const std::string name;
  const std::string place; ///< in the program, as `model.braid:12:3`; empty if it is not known
  /// ``kernel `name` (model.braid:12:3)``
  std::string title() const;
};

/// Loaded code.
class Module {
public:
  virtual ~Module() = default;
  /// Fails if there is no such kernel.
  virtual llvm::Expected<Kernel *> kernel(llvm::StringRef name) = 0;
};

/// Work that runs in order. The device must outlive it.
class Stream {
public:
  virtual ~Stream() = default;
};

/// A moment in a stream. The device must outlive it.
class Event {
public:
  virtual ~Event() = default;
};

/// A launch beside its arguments; blocks and their threads lie along x.
struct LaunchConfig {
  int64_t blocks = 1, threads = 1;
  int64_t sharedBytes = 0; ///< dynamic shared memory of a block
};

/// Not for use by several threads at once. `stream`: null is the device's own stream.
class Device {
public:
  virtual ~Device() = default;
  virtual const Properties &properties() const = 0;
  /// What kernels must be planned for that it is to run; never more shared memory than the device has.
  virtual const row::GpuTarget &target() const = 0;
  /// False after a fault that ends everything the process can do with the device.
  virtual bool isUsable() const { return true; }

  /// Compiles and loads a `gpu.module` of the nvvm stage, which may go afterwards. Fails if its kernels are planned for
  /// a target that the device's does not replace. `program` says where it comes from, for people who look at the
  /// compile cache.
  virtual llvm::Expected<std::unique_ptr<Module>> load(mlir::Operation *gpuModule, llvm::StringRef program) = 0;
  /// Loads code as it is: PTX or a cubin on a GPU, LLVM IR or bitcode on the emulator.
  virtual llvm::Expected<std::unique_ptr<Module>> loadImage(llvm::StringRef image) = 0;

  /// Memory whose contents are undefined.
  virtual llvm::Expected<std::unique_ptr<Arena>> allocate(const ArenaPlan &plan) = 0;
  /// Bytes that could be allocated now.
  virtual llvm::Expected<int64_t> freeBytes() = 0;

  /// Copies are finished for the host when the call returns.
  virtual llvm::Error copyTo(Address to, const void *from, size_t bytes, Stream *stream = nullptr) = 0;
  virtual llvm::Error copyFrom(void *to, Address from, size_t bytes, Stream *stream = nullptr) = 0;
  /// From one place on the device to another, without waiting; the two do not overlap.
  virtual llvm::Error copy(Address to, Address from, size_t bytes, Stream *stream = nullptr) = 0;
  virtual llvm::Error fill(Address to, uint8_t value, size_t bytes, Stream *stream = nullptr) = 0;
  /// Bytes of 0xff (NaN as a number) that do not count as written where that is tracked.
  virtual llvm::Error poison(Address to, size_t bytes, Stream *stream = nullptr) = 0;

  /// `arguments` point to the values of the parameters, which are taken before the call returns.
  virtual llvm::Error launch(Kernel &kernel, const LaunchConfig &config, llvm::ArrayRef<void *> arguments,
                             Stream *stream = nullptr) = 0;

  virtual llvm::Expected<std::unique_ptr<Stream>> makeStream() = 0;
  virtual llvm::Expected<std::unique_ptr<Event>> makeEvent() = 0;
  virtual llvm::Error record(Event &event, Stream *stream = nullptr) = 0;
  /// What is given to `stream` from now on waits for the event.
  virtual llvm::Error wait(Event &event, Stream *stream = nullptr) = 0;
  /// Between two events that have happened.
  virtual llvm::Expected<double> seconds(Event &from, Event &to) = 0;
  /// Waits for all that was given to the stream. Errors of kernels show up here at the latest.
  virtual llvm::Error synchronise(Stream *stream = nullptr) = 0;
};

/// Fails if a block of the launch needs more shared memory than the device has.
llvm::Error checkShared(const Device &device, const Kernel &kernel, const LaunchConfig &config);

/// Where an operation comes from, for messages: a line of the user's program rather than of the standard library,
/// as `model.braid:12:3`; empty if it is not known. Looks also at the operations inside.
std::string placeInProgram(mlir::Operation *op);

} // namespace braid::dev

#endif
