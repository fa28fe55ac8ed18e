//===- Checks.h - numeric checks of the oracle and with it ----------------===//
#ifndef BRAID_TEST_TOOLS_BRAID_REFERENCE_CHECKS_H
#define BRAID_TEST_TOOLS_BRAID_REFERENCE_CHECKS_H

#include "braid/IO/SafeTensors.h"
#include "braid/Reference/Interpreter.h"

namespace braid::ref {

/// What is differentiated: the loss (no function named), or an output of a function.
struct Differentiable {
  const Interpreter &interpreter;
  std::string function, output;

  llvm::Expected<double> value(const TensorMap &inputs, const TensorMap &params) const;
  llvm::Expected<TensorMap> gradients(const TensorMap &inputs, const TensorMap &params) const;
};

/// Compares the tape with central differences on `coordinates` of every parameter; half of them
/// where the gradient is not zero. Prints the worst relative error per parameter and in all.
llvm::Expected<bool> checkDifferences(const Differentiable &target, const TensorMap &inputs, TensorMap params,
                                      int coordinates, double tolerance, uint64_t seed, llvm::raw_ostream &out);

/// Inputs of a function: ids drawn from their range (one in eight targets is absent), normals.
TensorMap makeInputs(mlir::ModuleOp module, llvm::StringRef function, int64_t batch, int64_t time, uint64_t seed);

/// True if every tensor of `expected` is in `found` with ‖Δ‖ ≤ tolerance · max(‖e‖, 1e-6 ‖all‖),
/// where ‖all‖ is over the tensors of `expected` whose names begin alike up to a colon. Prints the worst.
bool compareTensors(const rt::TensorFile &expected, const rt::TensorFile &found, double tolerance,
                    llvm::raw_ostream &out);

} // namespace braid::ref

#endif
