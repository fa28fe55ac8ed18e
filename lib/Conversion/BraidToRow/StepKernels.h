//===- StepKernels.h - the row kernels of a training step -----------------===//
#ifndef BRAID_LIB_CONVERSION_BRAIDTOROW_STEPKERNELS_H
#define BRAID_LIB_CONVERSION_BRAIDTOROW_STEPKERNELS_H

#include "dialects/Row/IR/Row.h"

namespace braid::step {

/// Sums of the squares of a gradient: as they are, and of the gradient made smaller and larger, for norms whose squares
/// leave the range of fp32.
constexpr int64_t numSquares = 3;
/// What the update of every parameter takes from the step as a whole.
enum Factor { Take, Unit, Scale, Correction1, InverseRoot2, FactorCount };

/// (gradient) -> squares[numSquares].
row::KernelOp squares(mlir::OpBuilder &b, mlir::Location loc);
/// (list of squares, `in:hyper`, loss, `state:step`) -> `out:status`, factors: the gradient's norm, and whether the
/// step is taken.
row::KernelOp norm(mlir::OpBuilder &b, mlir::Location loc);
/// (parameter, gradient, two moments, `in:hyper`, factors) -> lost: AdamW in place, with decoupled decay. `rate` is the
/// parameter's factor on the learning rate. `lost` is 0, or NaN where a number of the parameter is not finite
/// afterwards, which a moment that is not finite makes it.
row::KernelOp update(mlir::OpBuilder &b, mlir::Location loc, llvm::StringRef name, bool decay, double rate);
/// (list of lost, `out:status`, `state:step`): halts where something is lost.
row::KernelOp check(mlir::OpBuilder &b, mlir::Location loc);
/// (sum, gradient): adds the gradient.
row::KernelOp addition(mlir::OpBuilder &b, mlir::Location loc);

} // namespace braid::step

#endif
