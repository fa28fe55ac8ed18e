//===- Emulator.h - NVVM kernels on the CPU -------------------------------===//
//
// Executes the kernels of an NVVM module (the `llvm` and `nvvm` dialects, or LLVM IR with NVVM
// intrinsics) on the CPU: every GPU thread is a fiber, blocks run side by side where they do not meet in
// memory, and every access to memory can be checked. What it does and finds is described in docs/emulator.md.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_EMULATOR_EMULATOR_H
#define BRAID_EMULATOR_EMULATOR_H

#include "braid/Emulator/Memory.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/LogicalResult.h"
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace mlir {
class Operation;
class DialectRegistry;
class ModuleOp;
} // namespace mlir

namespace braid::emu {

/// What can be checked while a kernel runs; combined as bits.
enum Check : unsigned {
  CheckBounds = 1,   ///< accesses outside of every buffer, shared or global
  CheckUninit = 2,   ///< reads of bytes that nothing has written
  CheckRaces = 4,    ///< conflicting accesses that nothing orders
  CheckBarriers = 8, ///< barriers that some threads miss
  CheckShuffles = 16 ///< warp operations whose named lanes do not take part
};
constexpr unsigned allChecks = 31;

/// "all", "none", or names out of bounds, uninit, races, barriers, shuffles, joined by commas.
llvm::Expected<unsigned> parseChecks(llvm::StringRef text);

struct Dim3 {
  uint32_t x = 1, y = 1, z = 1;
  uint64_t count() const { return uint64_t(x) * y * z; }
};

struct Options {
  unsigned checks = allChecks;
  /// Orders threads and blocks; 0 is their natural order.
  uint64_t seed = 0;
  /// Threads of the CPU that run blocks; 0 for one per processor. Results and reports do not depend on it.
  unsigned threads = 0;
  /// What one GPU thread may run, in instructions of LLVM IR inside loops; then it counts as hanging.
  uint64_t limit = 1u << 30;
  /// Whether accesses are counted.
  bool count = true;
  /// A launch ends at this many findings.
  unsigned maxFindings = 8;
  /// Stack of one thread.
  size_t stackBytes = 256 << 10;
  /// Largest shared memory of a block, static and dynamic; what sm_90 offers.
  size_t sharedLimit = 227 << 10;
  /// Takes what kernels print; stdout if not set.
  std::function<void(llvm::StringRef)> print;
};

/// One thing that a check found.
struct Finding {
  /// "out of bounds", "uninitialised read", "race", "divergent barrier", "wrong shuffle mask", …
  std::string kind;
  std::string kernel;
  Dim3 block, thread;
  /// Where in the program, from the operation's MLIR location.
  std::string location;
  std::string message;

  std::string text() const;
};

/// What the report of a launch carries; `message()` has one paragraph per finding.
class LaunchError : public llvm::ErrorInfo<LaunchError> {
public:
  static char ID;
  explicit LaunchError(std::vector<Finding> findings) : findings(std::move(findings)) {}
  void log(llvm::raw_ostream &out) const override;
  std::error_code convertToErrorCode() const override { return llvm::inconvertibleErrorCode(); }

  std::vector<Finding> findings;
};

/// Traffic with global memory in one direction. Atomics count as loads and as stores.
struct Traffic {
  /// What the threads asked for.
  uint64_t bytes = 0;
  /// The same, but bytes that several lanes of one request ask for count once.
  uint64_t distinctBytes = 0;
  /// Requests: one instruction of one warp.
  uint64_t requests = 0;
  /// Sectors of 32 bytes that the requests touch, and the fewest that hold their distinct bytes: equal
  /// where accesses are coalesced.
  uint64_t sectors = 0, idealSectors = 0;

  Traffic &operator+=(const Traffic &other);
};

struct Counters {
  Traffic loads, stores;
  /// Traffic with one buffer. A request that touches several buffers counts in each of them.
  struct OfBuffer {
    std::string name;
    /// Where the buffer begins.
    const void *base = nullptr;
    Traffic loads, stores;
  };
  /// The buffers that were touched, in the order in which they were made.
  std::vector<OfBuffer> buffers;
  uint64_t sharedBytesLoaded = 0, sharedBytesStored = 0;
  uint64_t barriers = 0, warpOperations = 0, atomics = 0;

  /// What was counted for the buffer that begins there; zeros if it was not touched.
  OfBuffer of(const void *base) const;
};

struct LaunchResult {
  Counters counters;
  /// What looks odd but does no harm (two threads that write the same value to one place).
  std::vector<Finding> notes;
};

/// Dialects and translations that modules for the emulator need.
void registerDialects(mlir::DialectRegistry &registry);

/// Brings the `gpu.module`s of a module to the `llvm` and `nvvm` dialects with upstream's passes
/// (after outlining `gpu.launch`); modules that are there already stay as they are.
/// Errors go to the context's diagnostics.
llvm::LogicalResult lowerToNVVM(mlir::ModuleOp module);

/// A module of kernels, compiled for this machine.
class Module {
public:
  /// From a `gpu.module` or a module that holds `llvm.func`s at its top level; the operation is not
  /// changed. Locations in reports are those of its operations. Fails, with the name and the place,
  /// on an instruction that the emulator does not know.
  static llvm::Expected<std::unique_ptr<Module>> load(mlir::Operation *module);
  /// From LLVM IR, as text or bitcode; locations are those of its debug information.
  static llvm::Expected<std::unique_ptr<Module>> loadIR(llvm::StringRef data, llvm::StringRef name = "module");
  ~Module();

  std::vector<std::string> kernels() const;
  /// The LLVM types of a kernel's parameters as text ("ptr", "i64", "float").
  llvm::Expected<std::vector<std::string>> parameters(llvm::StringRef kernel) const;

  /// Runs a kernel to its end. `args` point to the values of the parameters, as cuLaunchKernel takes
  /// them. Fails with a LaunchError where a check found something.
  llvm::Expected<LaunchResult> launch(llvm::StringRef kernel, Dim3 grid, Dim3 block, size_t sharedBytes,
                                      llvm::ArrayRef<void *> args, Memory &memory, const Options &options = {});

  /// The address and size of a global variable.
  llvm::Expected<std::pair<void *, size_t>> global(llvm::StringRef name) const;

  struct Impl;

private:
  explicit Module(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

} // namespace braid::emu

#endif
