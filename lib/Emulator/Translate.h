//===- Translate.h - from the llvm and nvvm dialects to LLVM IR -----------===//
#ifndef BRAID_LIB_EMULATOR_TRANSLATE_H
#define BRAID_LIB_EMULATOR_TRANSLATE_H

#include "mlir/IR/Operation.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"

namespace braid::emu {

struct Translated {
  std::unique_ptr<llvm::Module> module;
  /// The line of an instruction's debug location, less one, is its place here.
  std::vector<std::string> locations;
};

/// Translates a copy of a `gpu.module` or of a module with `llvm.func`s.
llvm::Expected<Translated> translate(mlir::Operation *module, llvm::LLVMContext &context);

/// LLVM bitcode of a `gpu.module`, with its locations as debug information.
llvm::Expected<std::string> translateToBitcode(mlir::Operation *module);

} // namespace braid::emu

#endif
