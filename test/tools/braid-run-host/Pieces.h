//===- Pieces.h - texts in pieces against the whole -----------------------===//
#ifndef BRAID_TEST_TOOLS_BRAID_RUN_HOST_PIECES_H
#define BRAID_TEST_TOOLS_BRAID_RUN_HOST_PIECES_H

#include "Memory.h"

/// Runs `function`, which remembers, on sequences of lengths drawn from the seed, in pieces drawn from it: the newest
/// token's results are those of @logits of the whole, and what is remembered in the end is what one run remembers.
/// Prints what differs; returns the exit code.
int checkPieces(braid::Program &program, const braid::FunctionInfo &function, const Memory &before, int64_t batch,
                int64_t time, unsigned seed, double tolerance);

#endif
