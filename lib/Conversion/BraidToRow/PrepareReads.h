//===- PrepareReads.h - the static results of reads -----------------------===//
#ifndef BRAID_LIB_CONVERSION_BRAIDTOROW_PREPAREREADS_H
#define BRAID_LIB_CONVERSION_BRAIDTOROW_PREPAREREADS_H

#include "dialects/Braid/IR/Braid.h"

namespace braid::convert {

/// Whether some results of a read that varies by token do not.
bool hasStaticResults(lang::ReadOp read);
/// Takes them out of it.
void splitStaticResults(lang::ReadOp read);

} // namespace braid::convert

#endif
