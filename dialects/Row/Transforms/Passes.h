//===- Passes.h - passes on row kernels -----------------------------------===//
#ifndef BRAID_DIALECTS_ROW_TRANSFORMS_PASSES_H
#define BRAID_DIALECTS_ROW_TRANSFORMS_PASSES_H

#include "mlir/Pass/Pass.h"
#include <memory>

namespace braid::row {

/// `row-hoist-factors`.
std::unique_ptr<mlir::Pass> createHoistFactorsPass();

// registerRowPasses()
#define GEN_PASS_REGISTRATION
#include "dialects/Row/Transforms/Passes.h.inc"

} // namespace braid::row

#endif
