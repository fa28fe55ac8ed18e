//===- KernelBench.h - the time of row kernels ----------------------------===//
//
// Times every different launch of row kernels that programs make, on a device, between two
// events each. Operands are random. The operands of one launch are in memory several times and
// take turns, so that a launch finds none of them in the cache. All launches share one allocation.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_CHECK_KERNELBENCH_H
#define BRAID_CHECK_KERNELBENCH_H

#include "braid/Device/Device.h"
#include "dialects/Host/IR/Host.h"
#include "dialects/Row/IR/Row.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace braid::dev {

struct KernelBenchOptions {
  int64_t batch = 1, tokens = 1024; ///< sequences, and the tokens of each
  int64_t repetitions = 50, warmup = 5;
  uint64_t seed = 1;
  int64_t apart = int64_t(512) << 20; ///< bytes between two uses of an operand: several times the largest L2 cache
};

/// One launch, with its sums of partial results.
struct MeasuredLaunch {
  std::string kernel, place;
  llvm::SmallVector<int64_t> sizes; ///< of the dynamic axes
  int64_t rows = 0;
  int64_t times = 0; ///< how often the programs make it
  /// What it cannot do without: each operand's bytes once for reading and once for writing, of a table as many rows as
  /// are taken from it, of a sum its result.
  int64_t bytes = 0;
  std::vector<double> seconds; ///< of each repetition
};

class KernelBench {
public:
  /// A launch of a module in stage `row` or `host` that differs from every other in its kernel, sizes or rows.
  struct Launch {
    row::KernelOp kernel;
    host::LaunchOp op;
    int64_t times = 0;
  };
  /// Compiles the row kernels of a module in stage `row` or `host` (which is not changed and must outlive this) and
  /// loads them. `program` names it in the compile cache. Fails if no row kernel is launched.
  static llvm::Expected<std::unique_ptr<KernelBench>> create(mlir::ModuleOp rows, Device &device,
                                                             llvm::StringRef program);
  ~KernelBench();
  llvm::ArrayRef<Launch> launches() const { return all; }
  /// Allocates the memory of these launches, to be measured one by one: once, as much as the one needs that needs most.
  /// Fails, naming that one, if there is too little.
  llvm::Error prepare(llvm::ArrayRef<Launch> launches, const KernelBenchOptions &options);
  /// The launch of this number among those prepared.
  llvm::Expected<MeasuredLaunch> measure(size_t number);

private:
  struct Prepared;
  KernelBench(Device &device);
  Device &device;
  KernelBenchOptions options;
  std::unique_ptr<Arena> arena;
  std::vector<std::unique_ptr<Prepared>> prepared;
  mlir::OwningOpRef<mlir::ModuleOp> lowered;
  std::unique_ptr<Module> module;
  std::vector<Launch> all;
};

/// Bytes per second, each byte counted when it is read and when it is written; medians.
struct CopyBandwidth {
  double kernel = 0;   ///< by a row kernel that is compiled like all others
  double transfer = 0; ///< by the driver's own copy
  double best() const { return kernel > transfer ? kernel : transfer; }
};
/// Of `bytes` from one buffer to another.
llvm::Expected<CopyBandwidth> measureCopy(Device &device, mlir::MLIRContext &context, int64_t bytes,
                                          int64_t repetitions);

/// The number in the middle (the lower one of two), a tenth from the lower end, a tenth from the upper end.
struct Spread {
  double median = 0, low = 0, high = 0;
};
Spread spreadOf(std::vector<double> numbers);

} // namespace braid::dev

#endif
