//===- Launches.h - which operands of a launch are which argument's -------===//
//
// A `host.launch` names a `row.kernel` of another dialect, so no verifier of an op can relate the
// two. Whoever reads a launch beside its kernel has it checked here first.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_CONVERSION_LAUNCHES_H
#define BRAID_CONVERSION_LAUNCHES_H

#include "dialects/Host/IR/Host.h"
#include "dialects/Row/IR/Row.h"
#include "llvm/ADT/SmallVector.h"

namespace braid {

/// The operands of a kernel's argument: one for a buffer, as many as its axis is long for a list.
struct LaunchArgument {
  mlir::BlockArgument argument;
  int64_t first, count;
};
/// One for each argument of the kernel, which the launch must fit.
llvm::SmallVector<LaunchArgument> argumentsOf(host::LaunchOp launch, row::KernelOp kernel);

/// The memory of a launch's operand: bytes of an arena (of the token arena: for each token), or all of what has memory
/// of its own.
struct MemoryExtent {
  const void *memory; ///< which
  int64_t from, to;
};
MemoryExtent extentOf(mlir::Value operand);

/// Whether the rows of a launch have rows of their own in an operand that is an entry of a list with so many numbers in
/// a row; otherwise all read the same ones.
bool hasRows(host::LaunchOp launch, mlir::Value entry, int64_t numbers);

/// Notes at every kernel that the module launches which of its arguments share memory in some launch: the attribute
/// `aliases`. Fails with a diagnostic where a launch does not fit its kernel (H1).
llvm::LogicalResult markAliases(mlir::ModuleOp module);

/// H1: every launch of the module names a kernel and fits it. Fails with a diagnostic at the first that does not.
llvm::LogicalResult verifyLaunches(mlir::ModuleOp module);

} // namespace braid

#endif
