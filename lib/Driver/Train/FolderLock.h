//===- FolderLock.h - one run at a time in a folder -----------------------===//
#ifndef BRAID_LIB_DRIVER_TRAIN_FOLDERLOCK_H
#define BRAID_LIB_DRIVER_TRAIN_FOLDERLOCK_H

#include "braid/Driver/Console.h"
#include <utility>

namespace braid::driver {

/// Holds a training folder until it is destroyed or the process ends, however that happens. It leaves no file.
class FolderLock {
public:
  /// Fails where another process holds the folder. A file system without locks gives one that holds nothing.
  static llvm::Expected<FolderLock> take(const std::string &folder);
  FolderLock(FolderLock &&other) : descriptor(std::exchange(other.descriptor, -1)) {}
  FolderLock &operator=(FolderLock &&) = delete;
  ~FolderLock();

private:
  explicit FolderLock(int descriptor) : descriptor(descriptor) {}
  int descriptor;
};

} // namespace braid::driver

#endif
