//===- CostModel.h - the numbers that plans weigh with --------------------===//
#ifndef BRAID_DIALECTS_BRAID_IR_COSTMODEL_H
#define BRAID_DIALECTS_BRAID_IR_COSTMODEL_H

#include <cstdint>

namespace braid::lang::cost {

/// A cache feeds a core this many times as fast as memory does.
constexpr int64_t cacheFactor = 8;
/// A chain of more ops than this is not worth copying.
constexpr unsigned longestChain = 64;
/// A value of at most this part of its leaves' bytes is always stored.
constexpr int64_t smallPart = 8;
/// A value of at most so many numbers is a matter of registers: sums over it may be copied (storing each step of a
/// small matrix that is normalised again and again, Sinkhorn, costs more registers than a kernel has), and its ops
/// weigh little.
constexpr int64_t fewNumbers = 64;
/// So many ops on small values are as much code as one on a row.
constexpr int64_t smallOps = 8;
/// A kernel of more ops than this (small ones counted by `smallOps`) is cut in two: what is compiled grows with the
/// square, and a sublayer's share of any topology that we know is three quarters of it.
constexpr int64_t largestGroup = 80;

} // namespace braid::lang::cost

#endif
