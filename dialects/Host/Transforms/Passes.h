//===- Passes.h - passes on the plan --------------------------------------===//
#ifndef BRAID_DIALECTS_HOST_TRANSFORMS_PASSES_H
#define BRAID_DIALECTS_HOST_TRANSFORMS_PASSES_H

#include "mlir/Pass/Pass.h"
#include <memory>

namespace braid::host {

/// `host-plan-memory`.
std::unique_ptr<mlir::Pass> createPlanMemoryPass();

// registerHostPasses()
#define GEN_PASS_REGISTRATION
#include "dialects/Host/Transforms/Passes.h.inc"

} // namespace braid::host

#endif
