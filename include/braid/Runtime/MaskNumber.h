//===- MaskNumber.h - masks of attention as ABI.h writes them -------------===//
#ifndef BRAID_RUNTIME_MASKNUMBER_H
#define BRAID_RUNTIME_MASKNUMBER_H

#include "braid/Runtime/ABI.h"
#include "braid/Support/AttentionMask.h"
#include <optional>

namespace braid::rt {

/// `enum braid_mask`.
inline int64_t maskNumber(const AttentionMask &mask) {
  int64_t segment = mask.segments ? BRAID_MASK_SEGMENT : 0;
  switch (mask.base) {
  case AttentionMask::Base::Causal: return BRAID_MASK_CAUSAL + segment;
  case AttentionMask::Base::Strict: return BRAID_MASK_STRICT + segment;
  case AttentionMask::Base::All: return BRAID_MASK_ALL + segment;
  }
  __builtin_unreachable();
}

/// The mask with this number and window; nothing where there is none.
inline std::optional<AttentionMask> maskOf(int64_t number, int64_t window) {
  bool segments = number & BRAID_MASK_SEGMENT;
  switch (number & ~int64_t(BRAID_MASK_SEGMENT)) {
  case BRAID_MASK_CAUSAL: return AttentionMask{AttentionMask::Base::Causal, window, segments};
  case BRAID_MASK_STRICT: return AttentionMask{AttentionMask::Base::Strict, window, segments};
  case BRAID_MASK_ALL: return AttentionMask{AttentionMask::Base::All, window, segments};
  default: return std::nullopt;
  }
}

} // namespace braid::rt

#endif
