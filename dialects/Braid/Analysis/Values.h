//===- Values.h - where a value comes from --------------------------------===//
//
// Views (renamed, split or joined axes) are the same memory as what they view; who stores
// or loads looks through them to the value that is computed, the root.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_DIALECTS_BRAID_ANALYSIS_VALUES_H
#define BRAID_DIALECTS_BRAID_ANALYSIS_VALUES_H

#include "dialects/Braid/IR/Braid.h"

namespace braid::lang {

/// Renames, splits, joins, detachments: the same memory under other axes.
inline bool isView(mlir::Operation *op) { return roleOf(op) == Role::View; }
/// The value whose memory this one is.
mlir::Value rootOf(mlir::Value value);
/// Inputs and parameters: buffers of the caller's.
inline bool isLeaf(mlir::Operation *op) { return roleOf(op) == Role::Leaf; }
/// Constants, indices, positions, draws: made anew in each kernel that wants them.
inline bool isFree(mlir::Operation *op) { return roleOf(op) == Role::Free; }
/// Products, attention, scatters: library calls.
inline bool isCall(mlir::Operation *op) { return roleOf(op) == Role::Mix; }
/// Work of a row kernel.
inline bool isRow(mlir::Operation *op) { return roleOf(op) == Role::Row || roleOf(op) == Role::Sum; }
/// True if the op works for every token (false: on static values only).
bool worksPerToken(mlir::Operation *op);
/// Attention, or its gradient, in which tokens see later ones (`all`): only whole sequences can be run.
bool seesLater(mlir::Operation *op);
/// The constant zero, repeated or not.
bool isZero(mlir::Value value);
/// The entries of one group of a read.
mlir::ValueRange groupOf(ReadOp read, int64_t group);
/// The value that the region of a read yields for this result of it, and the entry's number (-1
/// where the value is one result).
std::pair<mlir::Value, int64_t> yieldOf(mlir::OpResult result);

} // namespace braid::lang

#endif
