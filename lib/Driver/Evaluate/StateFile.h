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

/// Tells what remembers apart: model, storage and function. @logits and @extend remember the same, and so do
/// @loss and @grad.
std::string programOf(Compilation &compilation, const DeviceOptions &how, const std::string &function);

/// Reads a state of `function` for `batch` sequences. Fails, naming the file and the tensor, where it is another
/// program's, has other sequences, tensors or shapes, or holds numbers that are not finite.
llvm::Expected<std::unique_ptr<rt::State>> readState(const std::string &path, const Session &session,
                                                     const std::string &function, int64_t batch,
                                                     const std::string &program);
/// Puts a state into a file, its names behind `prefix`, and takes it out again; fails as `readState` does.
void putState(rt::TensorFile &file, const std::string &prefix, const rt::State &state);
llvm::Error takeState(const rt::TensorFile &file, const std::string &prefix, const std::string &path, rt::State &state);

/// All or nothing.
llvm::Error writeState(const std::string &path, const rt::State &state, const std::string &program);

} // namespace braid::driver

#endif
