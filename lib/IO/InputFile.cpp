//===- InputFile.cpp - opening what is read -------------------------------===//

#include "braid/IO/InputFile.h"
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace braid::rt;

Result<InputFile> braid::rt::openInput(const std::string &path) {
  // Without O_NONBLOCK a pipe would wait for a writer before it could be looked at; of regular files it changes
  // nothing.
  int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat info;
  if (fd < 0 || fstat(fd, &info) != 0) {
    int error = errno;
    if (fd >= 0)
      close(fd);
    errno = error; // for callers to whom an absent file is none
    return Status::failure(std::string("cannot be read: ") + std::strerror(error));
  }
  if (!S_ISREG(info.st_mode)) {
    close(fd);
    errno = EINVAL;
    return Status::failure("is not a regular file");
  }
  return InputFile{fd, uint64_t(info.st_size)};
}

Status braid::rt::readAt(int descriptor, void *to, uint64_t bytes, uint64_t offset) {
  for (char *at = static_cast<char *>(to); bytes;) {
    // Linux reads at most 2 GiB at a time.
    ssize_t got = pread(descriptor, at, size_t(std::min<uint64_t>(bytes, 1 << 30)), off_t(offset));
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return Status::failure(std::string("cannot be read: ") + std::strerror(errno));
    if (got == 0)
      return Status::failure("has become shorter while it was in use: it ends before byte " +
                             std::to_string(offset + bytes));
    at += got;
    offset += uint64_t(got);
    bytes -= uint64_t(got);
  }
  return Status::success();
}

Result<std::optional<std::string>> braid::rt::readInput(const std::string &path, uint64_t limit) {
  Result<InputFile> file = openInput(path);
  if (!file) {
    if (errno == ENOENT || errno == ENOTDIR)
      return std::optional<std::string>();
    return Status::failure(path + ": " + file.message());
  }
  std::string text, problem;
  std::string part(size_t(std::clamp<uint64_t>(file->size + 1, 4096, 1 << 20)), '\0');
  while (problem.empty()) {
    ssize_t got = read(file->descriptor, part.data(), part.size());
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      problem = std::string("cannot be read: ") + std::strerror(errno);
    if (got <= 0)
      break;
    text.append(part.data(), size_t(got));
    if (text.size() > limit)
      problem = "is too large: more than " + std::to_string(limit >> 20) + " MiB";
  }
  close(file->descriptor);
  if (!problem.empty())
    return Status::failure(path + ": " + problem);
  return std::optional<std::string>(std::move(text));
}
