//===- Plant.h - faults put into a derived program ------------------------===//
#ifndef BRAID_TEST_TOOLS_BRAID_COMPARE_PLANT_H
#define BRAID_TEST_TOOLS_BRAID_COMPARE_PLANT_H

#include "mlir/IR/BuiltinOps.h"

namespace braid::compare {

/// Multiplies one of the values that @grad computes, chosen by `number`, by 1.01. Returns its op's name.
std::string plant(mlir::ModuleOp derived, uint64_t number);

} // namespace braid::compare

#endif
