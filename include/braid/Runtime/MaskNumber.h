//===- MaskNumber.h - masks of attention as ABI.h writes them -------------===//
#ifndef BRAID_RUNTIME_MASKNUMBER_H
#define BRAID_RUNTIME_MASKNUMBER_H

#include "braid/Runtime/ABI.h"
#include "braid/Support/AttentionMask.h"
#include <optional>

namespace braid::rt {

/// `enum braid_mask`.
inline int64_t maskNumber(const AttentionMask &mask) {
  int64_t picks = (mask.segments ? BRAID_MASK_SEGMENT : 0) | (mask.only ? BRAID_MASK_ONLY : 0);
  switch (mask.base) {
  case AttentionMask::Base::Causal: return BRAID_MASK_CAUSAL | picks;
  case AttentionMask::Base::Strict: return BRAID_MASK_STRICT | picks;
  case AttentionMask::Base::All: return BRAID_MASK_ALL | picks;
  case AttentionMask::Base::Earlier: return BRAID_MASK_EARLIER | picks;
  }
  __builtin_unreachable();
}

/// The mask with this number and these sizes; nothing where there is none.
inline std::optional<AttentionMask> maskOf(int64_t number, int64_t window, int64_t chunk, int64_t span) {
  constexpr int64_t most = int64_t(1) << 53, picks = BRAID_MASK_SEGMENT | BRAID_MASK_ONLY;
  AttentionMask mask;
  switch (number & ~picks) {
  case BRAID_MASK_CAUSAL: mask.base = AttentionMask::Base::Causal; break;
  case BRAID_MASK_STRICT: mask.base = AttentionMask::Base::Strict; break;
  case BRAID_MASK_ALL: mask.base = AttentionMask::Base::All; break;
  case BRAID_MASK_EARLIER: mask.base = AttentionMask::Base::Earlier; break;
  default: return std::nullopt;
  }
  for (int64_t size : {window, chunk, span})
    if (size < 0 || size > most)
      return std::nullopt;
  if ((span > 0) != (mask.base == AttentionMask::Base::Earlier))
    return std::nullopt;
  mask.window = window;
  mask.chunk = chunk;
  mask.span = span;
  mask.segments = number & BRAID_MASK_SEGMENT;
  mask.only = number & BRAID_MASK_ONLY;
  return mask;
}

} // namespace braid::rt

#endif
