//===- HostToLLVM.h - planned programs as calls of the runtime ------------===//
#ifndef BRAID_CONVERSION_HOSTTOLLVM_H
#define BRAID_CONVERSION_HOSTTOLLVM_H

#include "dialects/Host/IR/Host.h"
#include "mlir/Pass/Pass.h"
#include "llvm/ADT/SmallVector.h"
#include <memory>

namespace braid::host {

/// The symbol of a program's function: `braid_<name>`, int32_t (struct braid_context *).
std::string functionName(llvm::StringRef program);

/// The buffers of the caller's that a program uses, each name once, in the order of
/// `braid_context.external`.
llvm::SmallVector<ExternalOp> externalsOf(FuncOp func);

/// The attribute of a program's llvm.func, for whoever calls it: what is left of the host.func's signature.
/// `{name, token_bytes, fixed_bytes, externals = [{name, numbers, storage, per_token}]}`; bytes of the token
/// arena and numbers of a `per_token` external are for each token, all others in all.
inline constexpr llvm::StringLiteral programAttrName = "braid.program";
mlir::DictionaryAttr programAttr(FuncOp func);
/// Whether an attribute, read from somewhere, has this form.
bool isProgramAttr(mlir::Attribute attribute);

/// `convert-host-to-llvm`: every planned host.func becomes an llvm.func of calls with constant tables.
/// Runs before the kernels are converted: it reads their signatures and computes their scratch. Fails where a launch
/// does not fit its kernel.
std::unique_ptr<mlir::Pass> createConvertHostToLLVMPass();

} // namespace braid::host

#endif
