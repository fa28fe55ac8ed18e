//===- VerifyPlan.h - what programs of launches promise -------------------===//
#ifndef BRAID_LIB_PIPELINES_VERIFYPLAN_H
#define BRAID_LIB_PIPELINES_VERIFYPLAN_H

#include "mlir/IR/BuiltinOps.h"

namespace braid {

/// Every buffer has a place within its arena, and no two that live at once share memory, except
/// where a launch may overwrite an input.
llvm::LogicalResult verifyPlaces(mlir::ModuleOp module);

} // namespace braid

#endif
