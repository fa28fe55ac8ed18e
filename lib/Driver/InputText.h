//===- InputText.h - text from files, pipes and standard input ------------===//
#ifndef BRAID_LIB_DRIVER_INPUTTEXT_H
#define BRAID_LIB_DRIVER_INPUTTEXT_H

#include "braid/Driver/Console.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace braid::driver {

/// Reads a regular file to its end; with `streams` also a pipe, or standard input as `-`. `take` gets the text part by
/// part and ends the reading with an error. A folder is an error that ends with `folderHint`.
llvm::Error readInputText(const std::string &file, bool streams, const llvm::Twine &folderHint,
                          llvm::function_ref<llvm::Error(llvm::StringRef)> take);

} // namespace braid::driver

#endif
