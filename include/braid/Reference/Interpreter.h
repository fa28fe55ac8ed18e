//===- Interpreter.h - the oracle -----------------------------------------===//
//
// Evaluates the functions of a braid module in double precision, and differentiates
// them by a tape of its own. It shares no code with passes, adjoints or conversions,
// so that agreement with it is evidence.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_REFERENCE_INTERPRETER_H
#define BRAID_REFERENCE_INTERPRETER_H

#include "braid/Reference/Tensor.h"
#include "llvm/Support/Error.h"
#include <functional>
#include <map>
#include <string>

namespace braid::ref {

using TensorMap = std::map<std::string, Tensor>;

/// What function stands for the loss.
enum class LossFrom {
  Auto,     ///< `@loss` where there is one, else `@logits`
  Function, ///< `@loss`
  Logits    ///< the oracle's own mean cross-entropy of `@logits`, plus its auxiliary losses
};

struct Options {
  uint64_t seed = 0;           ///< for `braid.random`
  uint32_t step = 0;           ///< of the optimiser, for draws per token
  uint32_t firstSequence = 0;  ///< number of the batch's first sequence, for draws per token
  int64_t batch = 1, time = 1; ///< used where no input varies per token
  /// Factors of training (`train_only`, dropout) take part; else they are 1. On by itself in `lossGradients` and
  /// `@grad`.
  bool training = false;
  bool round = true;   ///< false: `braid.round` is the identity
  bool single = false; ///< true: every result of an op and every partial sum is rounded to fp32: what fp32 can resolve
  bool jitter =
      false; ///< true: results of inexact elementwise functions are moved by a unit of fp32's last place, up or down
  LossFrom lossFrom = LossFrom::Auto;
  /// Called after each op, for each result (also inside the regions of `braid.read`).
  std::function<void(mlir::Value, const Tensor &)> trace;
};

class Interpreter {
public:
  /// The module must outlive the interpreter and have passed verification.
  explicit Interpreter(mlir::ModuleOp module, Options options = {});

  Options &options() { return settings; }

  /// Evaluates `@function`; returns its outputs by name (observed values as `observe:<name>`).
  /// `inputs` are by the name of `braid.input`, `params` by path. Batch and time follow from the
  /// inputs. Fails where an input or a parameter is missing or has another shape than declared.
  llvm::Expected<TensorMap> run(llvm::StringRef function, const TensorMap &inputs, const TensorMap &params) const;

  /// The loss, as `lossFrom` says: inputs "tokens", "targets" (negative: not counted) and,
  /// optionally, "loss_scale" (default: one over the number of counted targets). Output "loss".
  llvm::Expected<TensorMap> loss(const TensorMap &inputs, const TensorMap &params) const;

  /// The loss and its gradient by every parameter of the module: outputs "loss", "grad:<path>".
  llvm::Expected<TensorMap> lossGradients(const TensorMap &inputs, const TensorMap &params) const;

  /// `output` of `@function` (summed over all its elements if it is not a static scalar) and the
  /// gradient of that sum by every parameter: outputs `output`, "grad:<path>".
  llvm::Expected<TensorMap> gradients(llvm::StringRef function, llvm::StringRef output, const TensorMap &inputs,
                                      const TensorMap &params) const;

private:
  Interpreter inTraining() const;

  mlir::ModuleOp module;
  Options settings;
};

/// A parameter's initial value, in storage precision.
struct InitialValue {
  Dims axes;
  std::vector<float> data;
};

/// Evaluates the init regions of all parameters of a module. A region that only draws is filled
/// in directly, at the speed of the generator; others are evaluated in double and then rounded.
llvm::Expected<std::map<std::string, InitialValue>> initialParameters(mlir::ModuleOp module, uint64_t seed);

/// Widened, for the interpreter.
TensorMap toTensors(const std::map<std::string, InitialValue> &values);

} // namespace braid::ref

#endif
