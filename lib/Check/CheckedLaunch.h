//===- CheckedLaunch.h - how a kernel is launched, for its check ----------===//
//
// The sizes of a launch, and which of its operands are one memory: what a kernel was compiled for. The
// numbers in them are the check's own.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_CHECK_CHECKEDLAUNCH_H
#define BRAID_LIB_CHECK_CHECKEDLAUNCH_H

#include "dialects/Host/IR/Host.h"
#include "dialects/Row/IR/Row.h"
#include "llvm/Support/Error.h"
#include <random>
#include <string>
#include <vector>

namespace braid::dev {

struct CheckedLaunch {
  struct Operand {
    size_t memory = 0;
    bool hasRows = true; ///< a row of its own for each row; else all have the same one
  };
  struct Memory {
    std::string name; ///< as "argument 1, argument 4's entry 2"
    row::Storage storage = row::Storage::F32;
    int64_t numbers = 0; ///< of one row, or of all rows together
    bool hasRows = true;
    /// What the kernel reads before it writes, if anything; what it writes.
    bool isInput = false, isOutput = false;
    bool isList = false; ///< an entry of a list
  };
  llvm::SmallVector<int64_t> sizes;            ///< of the dynamic axes, then the hashes of the streams
  bool oneRow = false;                         ///< it writes what all rows share
  int64_t mostRows = 0;                        ///< where long rows are the point; 0: any number
  std::vector<std::vector<Operand>> arguments; ///< by argument: one operand of a buffer, all of a list
  std::vector<Memory> memories;

  /// As the program launches it; `entries` other than 0 are the size of every dynamic axis instead. Fails where
  /// operands overlap in part.
  static llvm::Expected<CheckedLaunch> of(row::KernelOp kernel, host::LaunchOp launch, int64_t entries,
                                          std::mt19937_64 &random);
  /// Of a kernel that nothing launches: every operand has memory of its own, and some entries are shared by all rows.
  static CheckedLaunch alone(row::KernelOp kernel, int64_t entries, std::mt19937_64 &random);

private:
  size_t add(row::KernelOp kernel, mlir::BlockArgument argument, bool hasRows);
  void finish(row::KernelOp kernel);
};

/// Of all launches of a kernel, those that are checked: of those that differ in which arguments share memory, the
/// longest and the shortest.
std::vector<host::LaunchOp> tellingLaunches(row::KernelOp kernel, llvm::ArrayRef<host::LaunchOp> launches);

} // namespace braid::dev

#endif
