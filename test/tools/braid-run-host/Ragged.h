//===- Ragged.h - a batch of different lengths against each alone ---------===//
#ifndef BRAID_TEST_TOOLS_BRAID_RUN_HOST_RAGGED_H
#define BRAID_TEST_TOOLS_BRAID_RUN_HOST_RAGGED_H

#include "Memory.h"

/// Runs the function on sequences of lengths and first positions drawn from `seed`, in one batch and one after another.
/// What a token has must agree, and stay as it is in rows that are not at work; what is summed over tokens must be the
/// sum of the sequences' own. Prints what differs by more than `tolerance`, relative to the largest number; returns the
/// exit code.
int checkRagged(braid::Program &program, const braid::FunctionInfo &function, const Memory &before, int64_t batch,
                int64_t time, unsigned seed, double tolerance);

#endif
