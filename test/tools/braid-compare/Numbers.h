//===- Numbers.h - results of programs, and how far they may be apart -----===//
//
// What is right is the oracle's result in double precision. What fp32 can resolve of it is
// measured, by the oracle with every value and every partial sum rounded to fp32, at points
// that differ in the seventh digit (docs/decisions/0009-cancelling-gradients.md).
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_TEST_TOOLS_BRAID_COMPARE_NUMBERS_H
#define BRAID_TEST_TOOLS_BRAID_COMPARE_NUMBERS_H

#include "braid/Driver/Results.h"
#include "braid/Reference/Interpreter.h"

namespace braid::compare {

/// Results by function and name: `logits`, `loss`, `grad block.0.w`.
using Numbers = std::map<std::string, std::vector<double>>;

double norm(const std::vector<double> &values);
/// NaN where one of the two is not finite and the other is not the same.
double distance(const std::vector<double> &a, const std::vector<double> &b);
/// Every number is one that fp32 can hold, with room for what led to it.
bool allInRange(const Numbers &numbers);

/// ‖Δ‖ that passes without a question: `relative` of the norm, or of the part `least` of the norm of all gradients.
std::map<std::string, double> bounds(const Numbers &exact, double relative, double least);

/// A derived module and what it is run on.
class Oracle {
public:
  Oracle(mlir::ModuleOp derived, ref::TensorMap inputs, ref::TensorMap params, ref::Options options);
  /// In double precision, following the derived program and its roundings; with `single`, rounded to fp32 everywhere.
  llvm::Expected<Numbers> run(bool single = false) const { return runAt(params, single, false); }
  /// At one of the points that differ in the seventh digit.
  llvm::Expected<Numbers> runNear(int point, bool single = false) const;

  mlir::ModuleOp module() const { return derived; }
  llvm::ArrayRef<std::string> programs() const { return functions; }

private:
  llvm::Expected<Numbers> runAt(const ref::TensorMap &at, bool single, bool jitter) const;

  mlir::ModuleOp derived;
  ref::TensorMap inputs, params;
  ref::Options options;
  std::vector<std::string> functions;
};

/// ‖Δ‖ of `inexact` from `exact`, by name: the root of the mean square over `near` points.
llvm::Expected<std::map<std::string, double>> noise(const Oracle &exact, const Oracle &inexact, bool single);

} // namespace braid::compare

#endif
