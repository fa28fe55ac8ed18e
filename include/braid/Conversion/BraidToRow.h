//===- BraidToRow.h - from one token's view to kernels and schedules ------===//
#ifndef BRAID_CONVERSION_BRAIDTOROW_H
#define BRAID_CONVERSION_BRAIDTOROW_H

#include "mlir/Pass/Pass.h"
#include "llvm/ADT/ArrayRef.h"
#include <memory>
#include <string>

namespace braid {

/// `convert-braid-to-row{functions=…}`: turns each of the braid.funcs named (none: all) into
/// a host.func and shared row.kernels, and erases all braid.funcs. Parameters stay.
std::unique_ptr<mlir::Pass> createConvertBraidToRowPass(llvm::ArrayRef<std::string> functions = {});

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
