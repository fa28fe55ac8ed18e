//===- Draw.h - a plan as a graph and as a page ---------------------------===//
#ifndef BRAID_LIB_DRIVER_INSPECT_DRAW_H
#define BRAID_LIB_DRIVER_INSPECT_DRAW_H

#include "mlir/IR/BuiltinOps.h"
#include <string>

namespace braid::driver {

/// Every host.func as a cluster of a Graphviz digraph: calls are nodes, buffers written by one and read by another
/// edges.
std::string planAsDot(mlir::ModuleOp planned);
/// Costs as tables with bars, and the schedule, as one page without scripts or outside resources.
std::string planAsHtml(mlir::ModuleOp planned, const std::string &title);

} // namespace braid::driver

#endif
