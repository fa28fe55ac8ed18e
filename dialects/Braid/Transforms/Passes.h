//===- Passes.h - passes on the braid dialect -----------------------------===//
#ifndef BRAID_DIALECTS_BRAID_TRANSFORMS_PASSES_H
#define BRAID_DIALECTS_BRAID_TRANSFORMS_PASSES_H

#include "dialects/Braid/IR/Braid.h"
#include "dialects/Braid/IR/CostModel.h"
#include "mlir/Pass/Pass.h"

namespace braid::lang {

#define GEN_PASS_DECL
#include "dialects/Braid/Transforms/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "dialects/Braid/Transforms/Passes.h.inc"

} // namespace braid::lang

#endif
