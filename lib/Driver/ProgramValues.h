//===- ProgramValues.h - every value that a program computes --------------===//
//
// Not only what a function returns: whatever its ops compute, in program order, on a
// device of the caller's choice. Compiled code is made to store the values by
// exposing them as results (braid-expose-values); the oracle is listened to.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_DRIVER_PROGRAMVALUES_H
#define BRAID_LIB_DRIVER_PROGRAMVALUES_H

#include "braid/Driver/Evaluate.h"
#include "mlir/IR/Location.h"

namespace braid::driver {

/// Where and how a value is computed.
struct ComputedValue {
  std::string op;        ///< `mul`, `reduce sum`, `dot`
  std::string path;      ///< of the instance that computes it, as in the paths of parameters; empty if not known
  mlir::Location place;
  OutputInfo type;       ///< its name is not used
  bool backward = false; ///< after the loss

  /// The same op with a result of the same type.
  bool isLike(const ComputedValue &other) const;
  /// How many numbers it has in a run of this size.
  int64_t numbers(int64_t batch, int64_t time) const;
};

/// What computes a value.
enum class Arithmetic {
  Compiled, ///< the CPU
  Double,   ///< the oracle
  Single    ///< the same with every result and partial sum rounded to fp32, not always to the nearest: what fp32 can resolve
};

class ProgramValues {
public:
  /// The values of `function`. Those of fp32 @logits are of the model as written; all others, and all in bf16, of the
  /// derived program, whose gradients and roundings are explicit. Fails where the module has no such function.
  static llvm::Expected<ProgramValues> create(Compilation &compilation, const std::string &function, const DeviceOptions &how);

  const std::vector<ComputedValue> &list() const { return values; }
  /// Values number `first` … `first` + `count` - 1. Memory: about 20 bytes a number of these.
  llvm::Expected<std::vector<NamedValue>> evaluate(Arithmetic arithmetic, size_t first, size_t count, const Inputs &inputs,
                                                   const rt::TensorFile &params);

private:
  ProgramValues(Compilation &compilation, const std::string &function, const DeviceOptions &how)
      : compilation(&compilation), function(function), how(how) {}
  /// Appends the values to `result`.
  llvm::Error compiled(size_t first, size_t count, const Inputs &inputs, const rt::TensorFile &params,
                       std::vector<NamedValue> &result);
  llvm::Expected<std::vector<NamedValue>> interpreted(bool single, size_t first, size_t count, const Inputs &inputs,
                                                      const rt::TensorFile &params);

  Compilation *compilation;
  std::string function;
  DeviceOptions how;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::vector<ComputedValue> values;
};

} // namespace braid::driver

#endif
