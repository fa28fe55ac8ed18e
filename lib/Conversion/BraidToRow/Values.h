//===- Values.h - where a value of the braid dialect comes from -----------===//
//
// Views (renamed, split or joined axes) are the same memory as what they view; the
// conversion looks through them to the value that is computed, the root.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_CONVERSION_BRAIDTOROW_VALUES_H
#define BRAID_LIB_CONVERSION_BRAIDTOROW_VALUES_H

#include "dialects/Braid/IR/Braid.h"

namespace braid::convert {

/// Renames, splits, joins, detachments: the same memory under other axes.
bool isView(mlir::Operation *op);
/// The value whose memory this one is.
mlir::Value rootOf(mlir::Value value);
/// Inputs and parameters: buffers of the caller's.
bool isLeaf(mlir::Operation *op);
/// Constants, indices, positions, draws: made anew in each kernel that wants them.
bool isFree(mlir::Operation *op);
/// Products, attention, scatters: library calls.
bool isCall(mlir::Operation *op);
/// Work of a row kernel.
inline bool isRow(mlir::Operation *op) { return ir::roleOf(op) == ir::Role::Row || ir::roleOf(op) == ir::Role::Sum; }
/// The constant zero, repeated or not.
bool isZero(mlir::Value value);
/// The entries of one group of a read.
mlir::ValueRange groupOf(ir::ReadOp read, int64_t group);
/// The value that the region of a read yields for this result of it, and the entry's number (-1
/// where the value is one result).
std::pair<mlir::Value, int64_t> yieldOf(mlir::OpResult result);

} // namespace braid::convert

#endif
