//===- HostToProgram.h - planned programs as data -------------------------===//
#ifndef BRAID_CONVERSION_HOSTTOPROGRAM_H
#define BRAID_CONVERSION_HOSTTOPROGRAM_H

#include "braid/Runtime/ABI.h"
#include "dialects/Host/IR/Host.h"
#include "mlir/Pass/Pass.h"
#include "llvm/ADT/SmallVector.h"
#include <memory>
#include <string>
#include <vector>

namespace mlir {
class ModuleOp;
}

namespace braid::host {

/// The symbol of a program's constant, `struct braid_program`.
std::string programSymbol(llvm::StringRef program);

/// The buffers of the caller's that a program uses, each name once, in the order of
/// `braid_context.external`.
llvm::SmallVector<ExternalOp> externalsOf(FuncOp func);

/// A program as ABI.h describes it, and owner of its parts. Kernels are known by name.
struct ProgramData {
  std::string name;
  int64_t tokenBytes = 0, fixedBytes = 0, positions = 0;
  std::vector<braid_external> externals;
  std::vector<braid_call> calls;
  std::vector<std::string> kernels; ///< of `row.kernel`s
  std::vector<int64_t> tables;
  std::string texts; ///< each ends with a zero

  const char *text(int64_t offset) const { return texts.c_str() + offset; }
  /// As one who runs it sees it, for as long as this lives; `code`: of each kernel, in order.
  braid_program view(const braid_kernel *code) const;
};

/// The module's host.funcs as programs. They are planned, and their launches fit their kernels, which are still
/// row.kernels; fails with a diagnostic where one does not.
llvm::FailureOr<std::vector<ProgramData>> programsOf(mlir::ModuleOp module);
/// The programs that a module in the LLVM dialect holds as constants; fails with a diagnostic where one is damaged.
llvm::FailureOr<std::vector<ProgramData>> readPrograms(mlir::ModuleOp module);

/// `convert-host-to-program`: every planned host.func becomes a constant `braid_<name>_program`.
/// Runs before the kernels are converted: it reads their signatures and computes their scratch.
std::unique_ptr<mlir::Pass> createConvertHostToProgramPass();

} // namespace braid::host

#endif
