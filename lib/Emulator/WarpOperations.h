//===- WarpOperations.h - operations of a whole warp ----------------------===//
#ifndef BRAID_LIB_EMULATOR_WARPOPERATIONS_H
#define BRAID_LIB_EMULATOR_WARPOPERATIONS_H

#include "Launch.h"
#include "RuntimeABI.h"

namespace braid::emu {

/// The lanes of a warp that take part.
struct Lanes {
  Thread *first;
  uint32_t mask;
  LaneRequest &operator[](uint32_t lane) const { return first[lane].request; }
  bool has(uint32_t lane) const { return mask >> lane & 1; }
};

/// Computes the results of all lanes; a lane whose result would be made from an absent lane is
/// returned, else -1.
using WarpFunction = int (*)(Lanes lanes);

/// The functions of the operations from `WarpOp::LoadMatrix1` on.
extern const WarpFunction matrixOperations[];

} // namespace braid::emu

#endif
