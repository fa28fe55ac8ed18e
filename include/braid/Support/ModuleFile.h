//===- ModuleFile.h - reading the text of a module ------------------------===//
#ifndef BRAID_SUPPORT_MODULEFILE_H
#define BRAID_SUPPORT_MODULEFILE_H

#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

namespace braid {

/// A module (MLIR or LLVM IR, text or bytecode) from a file or a pipe, or for `-` from standard input. Fails, with a
/// message that names it, where there is none, and where more brackets are open than a recursive reader survives.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> readModuleFile(const std::string &path);

} // namespace braid

#endif
