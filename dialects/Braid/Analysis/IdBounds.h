//===- IdBounds.h - what tables demand of the ids that index them ---------===//
//
// No op computes an id: what a table is indexed by is an input of the function or the
// token's position, moved about. So the sizes of the tables bound the inputs and the
// length of a sequence, before anything runs.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_DIALECTS_BRAID_ANALYSIS_IDBOUNDS_H
#define BRAID_DIALECTS_BRAID_ANALYSIS_IDBOUNDS_H

#include "dialects/Braid/IR/Braid.h"
#include "llvm/ADT/StringMap.h"

namespace braid::lang {

struct IdBounds {
  llvm::StringMap<int64_t>
      inputs;            ///< by name: ids are below it; an input that indexes no table, and states no size, is absent
  int64_t positions = 0; ///< a sequence has at most so many tokens; 0: any number
  std::string axis;      ///< the axis of the table that has so many
};

/// The bounds of a function, the regions of its reads included.
IdBounds idBoundsOf(FuncOp func);

} // namespace braid::lang

#endif
