//===- OutputFile.cpp - writing files, all or nothing ---------------------===//
//
// A file that is being written is called `.NAME.braid-XXXXXX` and is locked by its
// writer, so that one without a lock is what a killed process has left.
//
//===----------------------------------------------------------------------===//

#include "braid/IO/OutputFile.h"
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace braid::rt;

static constexpr std::string_view mark = ".braid-";
static constexpr size_t uniqueLetters = 6;

static bool writeAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    // Linux writes at most 2 GiB at a time.
    ssize_t written = write(fd, bytes.data(), std::min<size_t>(bytes.size(), size_t(1) << 30));
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return false;
    bytes.remove_prefix(size_t(written));
  }
  return true;
}

static Status failure(const std::string &path, int error) {
  return Status::failure(path + ": cannot be written: " + std::strerror(error));
}

/// Writes into what is there already and is no file: a device, a pipe.
static Status writeInto(const std::string &path, const std::vector<std::string_view> &parts) {
  int fd = open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  bool good = fd >= 0;
  for (std::string_view part : parts)
    good = good && writeAll(fd, part);
  int error = errno;
  if (fd >= 0)
    close(fd);
  return good ? Status::success() : failure(path, error);
}

/// With its slash; empty for the working folder.
static std::string folderOf(const std::string &path) { return path.substr(0, path.rfind('/') + 1); }

/// A name of an open descriptor. It reads as a link, but what it names need not have a path (`pipe:[42]`).
static bool isDescriptor(const std::string &path) {
  return (path.rfind("/proc/", 0) == 0 && path.find("/fd/") != std::string::npos) || path.rfind("/dev/fd/", 0) == 0;
}

std::string braid::rt::linkTarget(const std::string &given) {
  std::string path = given;
  for (int links = 0; links < 40 && !isDescriptor(path); ++links) {
    char text[4096];
    ssize_t length = readlink(path.c_str(), text, sizeof text);
    if (length <= 0 || size_t(length) == sizeof text)
      break;
    path = (text[0] == '/' ? "" : folderOf(path)) + std::string(text, size_t(length));
  }
  return path;
}

static bool isUnfinished(std::string_view name) {
  size_t tail = mark.size() + uniqueLetters;
  return name.size() > tail + 1 && name[0] == '.' && name.substr(name.size() - tail, mark.size()) == mark;
}

void braid::rt::removeUnfinished(const std::string &folder) {
  DIR *entries = opendir(folder.empty() ? "." : folder.c_str());
  if (!entries)
    return;
  while (const dirent *entry = readdir(entries)) {
    if (!isUnfinished(entry->d_name))
      continue;
    int fd = openat(dirfd(entries), entry->d_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat info;
    if (fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_uid == geteuid() &&
        flock(fd, LOCK_EX | LOCK_NB) == 0)
      unlinkat(dirfd(entries), entry->d_name, 0);
    if (fd >= 0)
      close(fd);
  }
  closedir(entries);
}

/// A new file beside `path`, open, private and locked; its name goes to `name`. -1 with errno where there can be none.
static int begin(const std::string &path, std::string &name) {
  std::string folder = folderOf(path);
  // A name has at most 255 bytes.
  std::string stem =
      folder + "." + path.substr(folder.size(), 255 - 1 - mark.size() - uniqueLetters) + std::string(mark);
  while (true) {
    name = stem + std::string(uniqueLetters, 'X');
    int fd = mkostemp(name.data(), O_CLOEXEC);
    struct stat info;
    // Between the two calls it may have been taken for one that was left. A file system may know no locks.
    if (fd < 0 ||
        ((flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) && fstat(fd, &info) == 0 && info.st_nlink > 0))
      return fd;
    close(fd);
  }
}

/// Gives a file the owner and the mode of the one that it replaces, or the mode that a plain open would have given.
static bool inherit(int fd, const struct stat *replaced) {
  if (replaced) {
    // Only a privileged process may give files away; this comes first, as it clears bits of the mode.
    if (replaced->st_uid != geteuid() || replaced->st_gid != getegid())
      (void)!fchown(fd, replaced->st_uid, replaced->st_gid);
    return fchmod(fd, replaced->st_mode & 07777) == 0;
  }
  mode_t mask = umask(0);
  umask(mask);
  return fchmod(fd, 0666 & ~mask) == 0;
}

Status braid::rt::writeFileAtomically(const std::string &given, const std::vector<std::string_view> &parts) {
  std::string path = linkTarget(given);
  struct stat there;
  if (isDescriptor(path))
    return writeInto(path, parts);
  if (lstat(path.c_str(), &there) == 0 && S_ISLNK(there.st_mode))
    return failure(path, ELOOP);
  bool replaces = stat(path.c_str(), &there) == 0;
  if (replaces && !S_ISREG(there.st_mode) && !S_ISDIR(there.st_mode))
    return writeInto(path, parts);
  std::string folder = folderOf(path), temporary;
  removeUnfinished(folder);
  int fd = begin(path, temporary);
  if (fd < 0)
    return failure(path, errno);
  bool good = true;
  for (std::string_view part : parts)
    good = good && writeAll(fd, part);
  good = good && inherit(fd, replaces && S_ISREG(there.st_mode) ? &there : nullptr) && fsync(fd) == 0;
  good = good && rename(temporary.c_str(), path.c_str()) == 0;
  int error = errno;
  if (!good)
    unlink(temporary.c_str());
  if (close(fd) != 0 && good) // synced before
    return failure(path, errno);
  if (!good)
    return failure(path, error);
  // The folder's entry must reach the disk too; a file system that cannot do so is no failure.
  if (int dir = open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); dir >= 0) {
    fsync(dir);
    close(dir);
  }
  return Status::success();
}
