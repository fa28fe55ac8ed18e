//===- Files.h - the oracle's values as stored tensors --------------------===//
#ifndef BRAID_REFERENCE_FILES_H
#define BRAID_REFERENCE_FILES_H

#include "braid/IO/SafeTensors.h"
#include "braid/Reference/Interpreter.h"

namespace braid::ref {

/// The module's parameters from a file of tensors named by path. Fails if one is missing or has
/// another shape than declared; further tensors are ignored.
llvm::Expected<TensorMap> parametersFrom(mlir::ModuleOp module, const rt::TensorFile &file);

/// The inputs that `@function` declares, and "targets" and "loss_scale", as far as the file has
/// them. A token value is stored as [batch, time, axes…].
llvm::Expected<TensorMap> inputsFrom(mlir::ModuleOp module, llvm::StringRef function, const rt::TensorFile &file);

/// Values as stored tensors: F64, or F32 with `single`. Shapes as `Tensor::shape`.
rt::TensorFile toFile(const TensorMap &tensors, bool single = false);

/// Initial values as stored tensors, F32.
rt::TensorFile toFile(const std::map<std::string, InitialValue> &values);

} // namespace braid::ref

#endif
