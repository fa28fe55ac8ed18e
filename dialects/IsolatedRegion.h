//===- IsolatedRegion.h - the text of a region that sees nothing outside --===//
//
// Names inside such a region are its own. Read with the names of its surroundings, a name that it lacks would be taken
// from a later function, and the reader would then free what is still in use when it meets another error.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_DIALECTS_ISOLATEDREGION_H
#define BRAID_DIALECTS_ISOLATEDREGION_H

#include "mlir/IR/OpImplementation.h"

namespace braid {

inline mlir::ParseResult parseIsolatedRegion(mlir::OpAsmParser &parser, mlir::Region &region) {
  if (parser.parseRegion(region, /*arguments=*/{}, /*enableNameShadowing=*/true))
    return mlir::failure();
  if (region.empty()) // `{}` is one block
    region.emplaceBlock();
  return mlir::success();
}

inline void printIsolatedRegion(mlir::OpAsmPrinter &printer, mlir::Operation *, mlir::Region &region) {
  printer.printRegion(region);
}

} // namespace braid

#endif
