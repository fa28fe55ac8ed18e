//===- DynamicAxes.h - axes whose size a kernel is given ------------------===//
#ifndef BRAID_DIALECTS_BRAID_ANALYSIS_DYNAMICAXES_H
#define BRAID_DIALECTS_BRAID_ANALYSIS_DYNAMICAXES_H

#include "dialects/Braid/IR/Braid.h"
#include "llvm/ADT/StringMap.h"

namespace braid::lang {

/// The sizes of the axes that kernels take as arguments: the lengths of histories and
/// what is made from them by renaming and concatenation.
llvm::StringMap<int64_t> dynamicAxes(FuncOp func);

} // namespace braid::lang

#endif
