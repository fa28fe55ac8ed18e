//===- Calls.h - products, attention and scatters as host ops -------------===//
#ifndef BRAID_LIB_CONVERSION_BRAIDTOROW_CALLS_H
#define BRAID_LIB_CONVERSION_BRAIDTOROW_CALLS_H

#include "Buffers.h"

namespace braid::convert {

/// Emits the host op for a call of a prepared function, in the level of the schedule that it is in.
llvm::LogicalResult emitCall(mlir::Operation *op, int64_t level, Buffers &buffers, mlir::OpBuilder &host);

} // namespace braid::convert

#endif
