//===- ModuleFile.cpp - reading the text of a module ----------------------===//

#include "braid/Support/ModuleFile.h"
#include "braid/Support/Nesting.h"
#include "llvm/Support/FileSystem.h"

namespace fs = llvm::sys::fs;

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> braid::readModuleFile(const std::string &path) {
  // A device may have no end.
  fs::file_status status;
  if (path != "-" && !fs::status(path, status) &&
      (fs::is_directory(status) || (fs::is_other(status) && status.type() != fs::file_type::fifo_file)))
    return llvm::createStringError(path + ": is no regular file");
  // Volatile: it is not mapped, and what is checked is what is read.
  auto buffer = path == "-" ? llvm::MemoryBuffer::getSTDIN()
                            : llvm::MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/true,
                                                          /*IsVolatile=*/true);
  if (!buffer)
    return llvm::createStringError(path + ": " + buffer.getError().message());
  llvm::StringRef text = (*buffer)->getBuffer();
  if (std::string problem = tooDeepNesting(path == "-" ? "<stdin>" : path, {text.data(), text.size()});
      !problem.empty())
    return llvm::createStringError(problem);
  return std::move(*buffer);
}
