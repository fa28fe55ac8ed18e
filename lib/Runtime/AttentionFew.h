//===- AttentionFew.h - attention of a few queries ------------------------===//
#ifndef BRAID_LIB_RUNTIME_ATTENTIONFEW_H
#define BRAID_LIB_RUNTIME_ATTENTIONFEW_H

#include "Attention.h"

namespace braid::rt {

/// Queries of a sequence of which a tile would be empty for the most part.
constexpr int64_t mostFewQueries = 4;

/// Whether no sequence has more queries at work.
bool isOfFewQueries(const Attention &attention);
/// Forward attention. False when there is no memory.
bool attendFew(Context &context, const Attention &attention);

} // namespace braid::rt

#endif
