//===- CallLowering.h - how ops become calls of the runtime ---------------===//
//
// Each op of role `Mix` has a model of this interface, in a file of its own: ProductCall.cpp, AttendCall.cpp,
// ScatterCall.cpp. Another dialect attaches its own where it is registered.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_CONVERSION_BRAIDTOROW_CALLLOWERING_H
#define BRAID_LIB_CONVERSION_BRAIDTOROW_CALLLOWERING_H

#include "Buffers.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/IR/OpDefinition.h"

// braid::convert::CallLowering
#include "lib/Conversion/BraidToRow/CallLowering.h.inc"

namespace braid::convert {

/// For the ops of the dialect `braid`, when it is loaded.
void registerCallLowerings(mlir::DialectRegistry &registry);

/// The value with exactly these axes in this order: transposed, or repeated along axes it lacks.
mlir::Value ordered(mlir::OpBuilder &b, mlir::Location loc, mlir::Value value, llvm::ArrayRef<lang::AxisAttr> axes);
/// Gives the op's only result these axes; its users get it as it was.
void reorderResult(mlir::OpBuilder &b, mlir::Operation *op, llvm::ArrayRef<lang::AxisAttr> axes);

} // namespace braid::convert

#endif
