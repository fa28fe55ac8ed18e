//===- CodeGen.h - LLVM modules to machine code ---------------------------===//
#ifndef BRAID_LIB_ENGINE_CODEGEN_H
#define BRAID_LIB_ENGINE_CODEGEN_H

#include "braid/Conversion/HostToProgram.h"
#include "braid/Engine/Program.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/Module.h"
#include "llvm/Target/TargetMachine.h"

namespace braid {

/// Prepares the native target; may be called often.
void initializeTarget();
/// A machine for the processor that the options name. `quick`: for code that is run once.
llvm::Expected<std::unique_ptr<llvm::TargetMachine>> makeMachine(const EngineOptions &options, bool quick);
/// Optimises the module and gives an object file. Writes <dumpDir>/<name>.ll and .s when dumping.
llvm::Expected<llvm::SmallVector<char, 0>> generate(llvm::Module &module, llvm::TargetMachine &machine,
                                                    const EngineOptions &options, bool quick, llvm::StringRef name);

/// Lowers a module of planned programs, or what became of one in a later stage, to the LLVM dialect in place, and gives
/// its programs. `constants`: they are in the module, too; otherwise only their kernels.
llvm::Expected<std::vector<host::ProgramData>> lower(mlir::ModuleOp module, const EngineOptions &options,
                                                     bool constants);
/// A part of the module in the LLVM dialect. `quick`: what is no kernel.
struct Part {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::string name;
  bool quick;
};
/// Moves the functions of a lowered module into parts of about equal size, what is no kernel into one of its own.
std::vector<Part> split(mlir::ModuleOp module, unsigned parts);
/// Translates and compiles a part; may run in several threads at once for different parts.
llvm::Expected<llvm::SmallVector<char, 0>> compilePart(Part &part, const EngineOptions &options);

/// What a run of a program needs.
FunctionInfo describe(const host::ProgramData &program);

} // namespace braid

#endif
