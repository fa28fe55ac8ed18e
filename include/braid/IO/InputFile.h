//===- InputFile.h - opening what is read ---------------------------------===//
//
// A name that is read may stand for anything: a folder, a device without an end, a pipe
// that nobody writes to. Only regular files are read; the others are refused at once.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_IO_INPUTFILE_H
#define BRAID_IO_INPUTFILE_H

#include "braid/IO/Status.h"
#include <cstdint>

namespace braid::rt {

/// A descriptor of a regular file, which the caller closes, and the file's size in bytes. The message of a failure
/// goes behind the path: `cannot be read: …` or `is not a regular file`.
struct InputFile {
  int descriptor = -1;
  uint64_t size = 0;
};
Result<InputFile> openInput(const std::string &path);

/// Fills `to` with the `bytes` bytes from `offset`. Fails, in words that go behind the path, where the file has become
/// shorter since it was opened.
Status readAt(int descriptor, void *to, uint64_t bytes, uint64_t offset);

/// The whole of a regular file of at most `limit` bytes; nothing where there is no file of this name. Messages
/// begin with the path.
Result<std::optional<std::string>> readInput(const std::string &path, uint64_t limit);

} // namespace braid::rt

#endif
