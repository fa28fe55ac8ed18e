//===- FolderLock.cpp - one run at a time in a folder ---------------------===//
#include "FolderLock.h"
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace braid::driver {

llvm::Expected<FolderLock> FolderLock::take(const std::string &folder) {
  int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor >= 0 && flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    bool taken = errno == EWOULDBLOCK;
    close(descriptor);
    if (taken)
      return makeError("another `braid train` is at work in `" + folder +
                       "`; wait for its end, or give another `--out`");
    descriptor = -1;
  }
  return FolderLock(descriptor);
}

FolderLock::~FolderLock() {
  if (descriptor >= 0)
    close(descriptor);
}

} // namespace braid::driver
