//===- Prepare.h - what must hold before a program is cut into kernels ----===//
#ifndef BRAID_LIB_CONVERSION_BRAIDTOROW_PREPARE_H
#define BRAID_LIB_CONVERSION_BRAIDTOROW_PREPARE_H

#include "dialects/Braid/IR/Braid.h"

namespace braid::convert {

/// Rewrites the function, still in the braid dialect, so that every product and every attention can be
/// called on memory as it lies (transposing where not), every output is computed and is the only one of its
/// value, and nothing is unused.
llvm::LogicalResult prepare(ir::FuncOp func);

/// Puts attention's operands and results into the order of axes of BRAID_CALL_ATTEND (ABI.h).
void prepareAttend(ir::AttendOp op);
void prepareAttendGrad(ir::AttendGradOp op);

/// Takes results that do not vary per token out of a read that does.
void splitStaticResults(ir::ReadOp read);

/// The axes of an attention, in the order of the runtime's layouts.
struct AttendAxes {
  llvm::SmallVector<ir::AxisAttr> heads, group, width;
  ir::AxisAttr contracted;
  /// One for each source; null for the tokens of the sequence.
  llvm::SmallVector<ir::AxisAttr> slots;
};
AttendAxes attendAxes(mlir::Value query, mlir::ValueRange keys, mlir::ValueRange values, llvm::StringRef axis);

} // namespace braid::convert

#endif
