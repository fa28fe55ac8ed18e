//===- Passes.h - passes on row kernels -----------------------------------===//
#ifndef BRAID_DIALECTS_ROW_TRANSFORMS_PASSES_H
#define BRAID_DIALECTS_ROW_TRANSFORMS_PASSES_H

#include "mlir/Pass/Pass.h"
#include <memory>

namespace braid::row {

/// `row-hoist-factors`: takes factors that do not vary along the axes of a sum out of it, and
/// shares common subexpressions. Reorders products of real numbers, which may change last bits.
/// ```mlir
/// %p = row.map mul(%v, %r) : (!row.value<[dim: 8]>, !row.value<[]>) -> !row.value<[dim: 8]>
/// %q = row.map mul(%p, %w) : (!row.value<[dim: 8]>, !row.value<[dim: 8]>) -> !row.value<[dim: 8]>
/// %s = row.reduce sum %q over ["dim"] : <[dim: 8]> -> <[]>
/// ```
/// becomes `%r` times the sum of `%v` times `%w`, which does not wait for `%r`.
std::unique_ptr<mlir::Pass> createHoistFactorsPass();
/// Registers the passes above by name.
void registerRowPasses();

} // namespace braid::row

#endif
