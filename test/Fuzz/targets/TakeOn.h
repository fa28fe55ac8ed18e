//===- TakeOn.h - a module, lowered ---------------------------------------===//
#ifndef BRAID_TEST_FUZZ_TARGETS_TAKEON_H
#define BRAID_TEST_FUZZ_TARGETS_TAKEON_H

#include "braid/Pipelines/Pipelines.h"

namespace braid::fuzz {

/// Lowers a copy of a small module as far as `to`, if its stage leads there; of a large one nothing is to be learned
/// that small ones do not show.
void takeOn(mlir::ModuleOp module, Stage to);

} // namespace braid::fuzz

#endif
