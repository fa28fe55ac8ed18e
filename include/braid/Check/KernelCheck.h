//===- KernelCheck.h - kernels on a device against the interpreter --------===//
//
// Runs row kernels and sums of rows by id on a device, on random numbers, and compares every
// number with what double precision gives: the interpreter of rows, or plain sums.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_CHECK_KERNELCHECK_H
#define BRAID_CHECK_KERNELCHECK_H

#include "braid/Device/Device.h"
#include "dialects/Host/IR/Host.h"
#include "dialects/Row/IR/Row.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringMap.h"
#include <functional>

namespace braid::dev {

struct RowLaunch;
struct ScatterProblem;

struct KernelCheckOptions {
  int64_t rows = 0; ///< of a launch; 0: so many that every row at work of a block takes a second and a third one
  int64_t time = 3; ///< rows of a sequence
  int64_t size =
      0; ///< of every dynamic axis, such as the entries of a history; 0: those that programs launch the kernel with
  int64_t blocks =
      0; ///< of the grid; 0: 2 on the emulator; on a GPU up to 16, and once more than there is room for at a time
  uint64_t seed = 1;
  int64_t tokens = 0;      ///< of a scatter; 0: as many as rows, at least 300
  double tolerance = 1e-5; ///< of row kernels, relative to each number, beside what fp32 arithmetic loses
  /// Called with the function of a row kernel (at the nvvm stage) and its launch when it has run. Fails, and then the
  /// kernel does, or says something about it for people.
  std::function<llvm::Expected<std::string>(mlir::Operation *function, const RowLaunch &launch)> afterLaunch;
  std::function<llvm::Expected<std::string>(const ScatterProblem &problem)> afterScatter;
};

/// One kernel's result.
struct KernelCheckResult {
  std::string kernel, place;
  int64_t rows = 0, width = 0;     ///< numbers in a row of the widest argument
  double error = 0, bound = 0;     ///< of the number that is nearest to its bound, relative to the largest of its row;
                                   ///< infinite: one is not finite
  std::vector<std::string> unseen; ///< inputs that could be others without any result moving by more than its bound
  std::string remark;              ///< of `afterLaunch` or `afterScatter`
  std::string problem;             ///< empty: it is right

  /// Adds what another launch has shown.
  void include(KernelCheckResult other);
};

class KernelChecker {
public:
  /// Compiles the row kernels and scatters of a module in stage `host` (which is not changed and must outlive this) and
  /// loads them. A module of kernels alone does as well. `program` names it in the compile cache. `code`, if not null,
  /// is a module in the stage `nvvm` that is loaded in place of what is compiled here. Fails if there is nothing to
  /// check.
  static llvm::Expected<std::unique_ptr<KernelChecker>> create(mlir::ModuleOp rows, Device &device,
                                                               llvm::StringRef program,
                                                               mlir::OwningOpRef<mlir::ModuleOp> code = nullptr);
  llvm::ArrayRef<row::KernelOp> kernels() const { return all; }
  /// What results call a scatter.
  static constexpr llvm::StringLiteral scatterName = "scatter";
  /// One of each size and storage.
  llvm::ArrayRef<host::ScatterOp> scatters() const { return allScatters; }
  /// Of the kernel, and of its variant for few rows if it has one, in each way in which programs launch it: with their
  /// sizes, and with one memory for arguments that are one there. A wrong number is a `problem` of the result, and so
  /// is a kernel that does not run to its end.
  std::vector<KernelCheckResult> check(row::KernelOp kernel, const KernelCheckOptions &options);
  /// Ids are random, some of them no rows of the table. Runs twice: both runs must give the same bits.
  KernelCheckResult check(host::ScatterOp scatter, const KernelCheckOptions &options);

private:
  explicit KernelChecker(Device &device) : device(device) {}
  void check(row::KernelOp kernel, mlir::Operation *function, const KernelCheckOptions &options,
             KernelCheckResult &result);
  Device &device;
  mlir::OwningOpRef<mlir::ModuleOp> lowered;
  std::unique_ptr<Module> module;
  std::vector<row::KernelOp> all;
  llvm::StringMap<std::vector<host::LaunchOp>> launches; ///< by kernel
  std::vector<host::ScatterOp> allScatters;
};

} // namespace braid::dev

#endif
