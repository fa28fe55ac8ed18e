//===- FewRows.h - products of a few rows with a large matrix -------------===//
#ifndef BRAID_LIB_RUNTIME_FEWROWS_H
#define BRAID_LIB_RUNTIME_FEWROWS_H

#include "Parts.h"

namespace braid::rt {

class Context;

/// Rows of A of which the product is bound by reading B.
constexpr int64_t mostFewRows = 16;

/// Whether `multiplyFewRows` takes the product: one of a batch, few rows, and B, of fp32 or bf16, contiguous one way or
/// the other and large.
bool isOfFewRows(const Product &p);

/// Reads every number of B once: threads take rows of B where these are contiguous, each with sums of its own, which
/// are added in order; else columns of B. False when there is no memory.
bool multiplyFewRows(Context &context, const Product &p);

} // namespace braid::rt

#endif
