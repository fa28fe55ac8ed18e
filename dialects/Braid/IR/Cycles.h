//===- Cycles.h - what depends on itself through carries ------------------===//
//
// A carry is a pair of ops that share a name, so that a function stays straight-line code.
// Its cycles are the strongly connected components of the ops with an edge from what a
// `braid.next` leaves to the carry of its name.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_DIALECTS_BRAID_IR_CYCLES_H
#define BRAID_DIALECTS_BRAID_IR_CYCLES_H

#include "dialects/Braid/IR/Braid.h"
#include <vector>

namespace braid::lang {

/// The ops of one cycle, in the order of the block, a carry first: its carries, what is left in them, and all on the
/// way from one to the other. A carry that does not depend on itself is a cycle with what is left in it.
using Cycle = llvm::SmallVector<mlir::Operation *, 1>;

/// The ops of a block in an order in which they can be evaluated: one op, or a cycle.
std::vector<Cycle> stepsOf(mlir::Block &block);

/// The cycles of a block, in the order of their first ops.
std::vector<Cycle> cyclesOf(mlir::Block &block);

} // namespace braid::lang

#endif
