//===- VerifyHelpers.h - arithmetic of the verifiers ----------------------===//
#ifndef BRAID_DIALECTS_HOST_IR_VERIFYHELPERS_H
#define BRAID_DIALECTS_HOST_IR_VERIFYHELPERS_H

#include "llvm/Support/MathExtras.h"
#include <cstdint>
#include <initializer_list>

namespace braid::host {

/// What is larger than this is a mistake; with it, no sum or product of a few of them overflows.
inline constexpr int64_t maxNumbers = int64_t(1) << 40;

/// The product, or -1 where it is larger than any number of numbers.
inline int64_t product(std::initializer_list<int64_t> factors) {
  int64_t result = 1;
  for (int64_t factor : factors)
    if (llvm::MulOverflow(result, factor, result) || result > maxNumbers)
      return -1;
  return result;
}

} // namespace braid::host

#endif
