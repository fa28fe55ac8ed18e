//===- Groups.h - the row work that becomes one kernel --------------------===//
#ifndef BRAID_DIALECTS_BRAID_ANALYSIS_GROUPS_H
#define BRAID_DIALECTS_BRAID_ANALYSIS_GROUPS_H

#include "dialects/Braid/IR/Braid.h"

namespace braid::lang {

/// The row ops and calls of a block, each in one group: row work of one level and one space (for every token, or
/// static) that shares a value that is no parameter; a call by itself. Groups stand in the order of their first ops,
/// ops in that of the block. `levelOf` gives an op's level, or nothing for what is neither.
std::vector<llvm::SmallVector<mlir::Operation *>>
groupsOf(mlir::Block &block, llvm::function_ref<std::optional<int64_t>(mlir::Operation *)> levelOf);

} // namespace braid::lang

#endif
