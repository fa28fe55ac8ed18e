//===- ExpandReads.h - reads written out ----------------------------------===//
//
// Private to this folder.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_DIALECTS_BRAID_TRANSFORMS_EXPANDREADS_H
#define BRAID_DIALECTS_BRAID_TRANSFORMS_EXPANDREADS_H

#include "dialects/Braid/IR/Braid.h"

namespace braid::lang {

/// Puts the region in the place of the read, its entries side by side.
void expandRead(ReadOp read);

} // namespace braid::lang

#endif
