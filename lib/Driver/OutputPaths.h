//===- OutputPaths.h - no output takes the place of another file ----------===//
#ifndef BRAID_LIB_DRIVER_OUTPUTPATHS_H
#define BRAID_LIB_DRIVER_OUTPUTPATHS_H

#include "braid/Driver/Console.h"
#include "llvm/ADT/ArrayRef.h"

namespace braid::driver {

/// Whether two names lead to one file, if it is there yet or not. Devices and pipes are none.
bool isSameFile(const std::string &path, const std::string &other);

/// Fails where two outputs are one file (or both standard output, `-`), or an output is an input. Empty names do not
/// count.
llvm::Error checkOutputs(llvm::ArrayRef<std::string> outputs, llvm::ArrayRef<std::string> inputs = {});

} // namespace braid::driver

#endif
