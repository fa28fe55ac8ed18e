//===- ProgramValues.h - every value that a program computes --------------===//
//
// Not only what a function returns: whatever its ops compute, in program order, on a
// device of the caller's choice. Compiled code is made to store the values by
// exposing them as results (braid-expose-values); the oracle is listened to.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_DRIVER_INSPECT_PROGRAMVALUES_H
#define BRAID_LIB_DRIVER_INSPECT_PROGRAMVALUES_H

#include "braid/Driver/Results.h"
#include "mlir/IR/Location.h"

namespace braid::driver {

/// Where and how a value is computed.
struct ComputedValue {
  std::string op;   ///< `mul`, `reduce sum`, `dot`
  std::string path; ///< of the instance that computes it, as in the paths of parameters; empty if not known
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
  Single    ///< the same with every result and partial sum rounded to fp32, not always to the nearest: what fp32 can
            ///< resolve
};

class ProgramValues {
public:
  /// The values of `function`. Those of fp32 @logits are of the model as written; all others, and all in bf16, of the
  /// derived program, whose gradients and roundings are explicit. Fails where the module has no such function.
  static llvm::Expected<ProgramValues> create(Compilation &compilation, const std::string &function,
                                              const DeviceOptions &how);

  const std::vector<ComputedValue> &list() const { return values; }
  /// A value's shape and axes, without its numbers.
  NamedValue describe(size_t number, const Inputs &inputs) const;

  /// What is done with a value; its numbers in `data` may be taken.
  using Take = llvm::function_ref<void(size_t number, std::vector<double> &data)>;
  /// Values number `begin` … `end` - 1, each once, in any order. Memory: about 4 bytes a number of these for compiled
  /// code.
  llvm::Error evaluate(Arithmetic arithmetic, size_t begin, size_t end, const Inputs &inputs,
                       const rt::TensorFile &params, Take take);

private:
  ProgramValues(Compilation &compilation, const std::string &function, const DeviceOptions &how)
      : compilation(&compilation), function(function), how(how) {}
  /// Numbers of values that are stored by one compilation.
  std::vector<std::vector<int64_t>> batches(size_t begin, size_t end) const;
  llvm::Error compiled(llvm::ArrayRef<int64_t> numbers, const Inputs &inputs, const rt::TensorFile &params, Take take);
  llvm::Error interpreted(bool single, size_t begin, size_t end, const Inputs &inputs, const rt::TensorFile &params,
                          Take take);

  Compilation *compilation;
  std::string function;
  DeviceOptions how;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::vector<ComputedValue> values;
};

} // namespace braid::driver

#endif
