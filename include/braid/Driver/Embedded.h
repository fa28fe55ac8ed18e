//===- Embedded.h - texts that are part of the binary ---------------------===//
#ifndef BRAID_DRIVER_EMBEDDED_H
#define BRAID_DRIVER_EMBEDDED_H

#include "llvm/ADT/ArrayRef.h"

namespace braid::driver {

/// A text file as it was when the binary was built.
struct EmbeddedFile {
  const char *name, *text;
};

/// The standard library, lib/Std/*.braid, in the order of their names.
llvm::ArrayRef<EmbeddedFile> standardLibrary();

} // namespace braid::driver

#endif
