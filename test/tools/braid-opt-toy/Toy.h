//===- Toy.h - a primitive from outside, for tests ------------------------===//
#ifndef BRAID_TEST_TOOLS_BRAID_OPT_TOY_TOY_H
#define BRAID_TEST_TOOLS_BRAID_OPT_TOY_TOY_H

#include "dialects/Braid/IR/Braid.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"

#include "test/tools/braid-opt-toy/ToyDialect.h.inc"
#define GET_OP_CLASSES
#include "test/tools/braid-opt-toy/ToyOps.h.inc"

namespace braid::toy {
/// The dialect, and how its ops become calls.
void registerToy(mlir::DialectRegistry &registry);
} // namespace braid::toy

#endif
