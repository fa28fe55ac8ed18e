//===- BraidToRow.h - from one token's view to kernels and schedules ------===//
#ifndef BRAID_CONVERSION_BRAIDTOROW_H
#define BRAID_CONVERSION_BRAIDTOROW_H

#include "mlir/Pass/Pass.h"
#include "llvm/ADT/ArrayRef.h"
#include <memory>
#include <string>

namespace braid {

/// `prepare-calls`: rewrites braid.funcs so that every product, attention and scatter can be called on memory as it
/// lies, every output is computed and is the only one of its value, and nothing is unused.
std::unique_ptr<mlir::Pass> createPrepareCallsPass();
/// `narrow-calls`: lets calls write bf16 where all that is done with their result is a rounding; such a call then has
/// the attribute `narrow`, and the rounding is gone.
std::unique_ptr<mlir::Pass> createNarrowCallsPass();
/// `convert-braid-to-row{functions=…}`: turns each of the braid.funcs named (none: all) into
/// a host.func and row.kernels, and erases all braid.funcs. Parameters stay.
std::unique_ptr<mlir::Pass> createConvertBraidToRowPass(llvm::ArrayRef<std::string> functions = {});
/// `share-kernels`: keeps one of the kernels that differ only in names and sizes of axes: where sizes differ the axis
/// becomes an argument. Launches are changed accordingly.
std::unique_ptr<mlir::Pass> createShareKernelsPass();

/// `mark-reuse`: notes at each launch which outputs may take the place of which inputs, for the
/// plan of memory: pairs of operand numbers in the attribute `reuse`.
std::unique_ptr<mlir::Pass> createMarkReusePass();
/// `mark-aliases`: after the plan of memory, notes at each kernel which of its arguments are one memory
/// in some launch: pairs of argument numbers in the attribute `aliases`.
std::unique_ptr<mlir::Pass> createMarkAliasesPass();
/// `derive-step`: makes the host.funcs `@step` (clipping and AdamW) and `@accumulate` from the
/// parameters of the module.
std::unique_ptr<mlir::Pass> createDeriveStepPass(bool step = true, bool accumulate = true);

} // namespace braid

#endif
