//===- Passes.h - passes on the plan --------------------------------------===//
#ifndef BRAID_DIALECTS_HOST_TRANSFORMS_PASSES_H
#define BRAID_DIALECTS_HOST_TRANSFORMS_PASSES_H

#include "mlir/Pass/Pass.h"
#include <memory>

namespace braid::host {

/// `host-plan-memory`: gives every buffer its place in the arenas and every function the sizes of
/// both. Buffers whose lives do not overlap share memory; an output that a launch's `reuse` attribute allows to
/// takes the place of an input that ends there.
std::unique_ptr<mlir::Pass> createPlanMemoryPass();
/// Registers the passes above by name.
void registerHostPasses();

} // namespace braid::host

#endif
