//===- Branches.h - loops and conditions as branches ----------------------===//
#ifndef BRAID_LIB_CONVERSION_ROWCODE_BRANCHES_H
#define BRAID_LIB_CONVERSION_ROWCODE_BRANCHES_H

#include "mlir/IR/Operation.h"

namespace braid::row {

/// Every scf.for and scf.if in the function becomes blocks and branches, in the order and form of upstream's
/// convert-scf-to-cf; other ops of scf stay. Takes time linear in the ops, where upstream's patterns move the rest of a
/// block one op at a time, once for every loop and condition before it.
void lowerToBranches(mlir::Operation *function);

} // namespace braid::row

#endif
