//===- StateFile.h - what sequences remember, in a file -------------------===//
//
// Safetensors: under each path rows [sequences][rows][numbers], of a sequence the oldest
// first and zeros behind the newest; `position`, the tokens of each sequence so far; and in
// the metadata which program's state it is.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_DRIVER_EVALUATE_STATEFILE_H
#define BRAID_LIB_DRIVER_EVALUATE_STATEFILE_H

#include "braid/Driver/Session.h"

namespace braid::driver {

/// Tells programs apart: model and storage.
std::string programOf(Compilation &compilation, const DeviceOptions &how);

/// Reads a state of `function` for `batch` sequences. Fails, naming the file and the tensor, where it is another
/// program's, has other sequences, tensors or shapes, or holds numbers that are not finite.
llvm::Expected<std::unique_ptr<rt::State>> readState(const std::string &path, const Session &session,
                                                     const std::string &function, int64_t batch,
                                                     const std::string &program);
/// All or nothing.
llvm::Error writeState(const std::string &path, const rt::State &state, const std::string &program);

} // namespace braid::driver

#endif
