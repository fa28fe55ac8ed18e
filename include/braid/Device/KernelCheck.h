//===- KernelCheck.h - row kernels against the interpreter ----------------===//
//
// Runs row kernels on a device, on random numbers, and compares every number with the
// interpreter of rows, which computes in double precision.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_DEVICE_KERNELCHECK_H
#define BRAID_DEVICE_KERNELCHECK_H

#include "braid/Device/Device.h"
#include "dialects/Host/IR/Host.h"
#include "dialects/Row/IR/Row.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace braid::dev {

struct KernelCheckOptions {
  int64_t rows = 5, time = 3; ///< rows of a launch; rows of a sequence
  int64_t size = 3;           ///< of every dynamic axis, such as the entries of a history
  int64_t blocks = 0;         ///< of the grid; 0: the device's multiprocessors, as far as there are rows, at least 2
  uint64_t seed = 1;
  double tolerance = 2e-4;    ///< relative to the largest number of a buffer
};

/// One kernel's result.
struct KernelCheckResult {
  std::string kernel, place;
  int64_t rows = 0, width = 0;   ///< numbers in a row of the widest argument
  double error = 0, bound = 0;   ///< of the argument that is nearest to its bound, relative to its largest number
  std::string problem;           ///< empty: it is right
};

class KernelChecker {
public:
  /// Compiles the row kernels of a module (which is not changed) and loads them. `program` names it in the compile cache.
  /// Fails if there are none.
  static llvm::Expected<std::unique_ptr<KernelChecker>> create(mlir::ModuleOp rows, Device &device, llvm::StringRef program);
  llvm::ArrayRef<row::KernelOp> kernels() const { return all; }
  /// What results call a scatter.
  static constexpr llvm::StringLiteral scatterName = "scatter";
  /// One of each size and storage.
  llvm::ArrayRef<host::ScatterOp> scatters() const { return allScatters; }
  /// A wrong number is a `problem` of the result, and so is a kernel that does not run to its end. Where the device cannot
  /// be used afterwards, every later check has that problem too.
  KernelCheckResult check(row::KernelOp kernel, const KernelCheckOptions &options);
  /// Ids are random, some of them no rows of the table.
  KernelCheckResult check(host::ScatterOp scatter, const KernelCheckOptions &options);

private:
  KernelChecker(Device &device) : device(device) {}
  Device &device;
  mlir::OwningOpRef<mlir::ModuleOp> lowered;
  std::unique_ptr<Module> module;
  std::vector<row::KernelOp> all;
  std::vector<host::ScatterOp> allScatters;
};

} // namespace braid::dev

#endif
