//===- SafeTensorsWriter.cpp - writing tensor files, all or nothing -------===//

#include "SafeTensorsHeader.h"
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace braid::rt;

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

/// Writes into what is there already and is no file: a device, a pipe.
static Status writeInto(const std::string &path, const std::vector<std::string_view> &parts) {
  int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  bool good = fd >= 0;
  for (std::string_view part : parts)
    good = good && writeAll(fd, part);
  int error = errno;
  if (fd >= 0)
    close(fd);
  return good ? Status::success() : Status::failure(path + ": cannot be written: " + std::strerror(error));
}

Status braid::rt::writeFileAtomically(const std::string &given,
                                      const std::vector<std::string_view> &parts) {
  std::string path = given;
  struct stat there;
  if (stat(path.c_str(), &there) == 0) {
    // A rename would put a file in the place of /dev/null, and of a link rather than of what it names.
    if (!S_ISREG(there.st_mode) && !S_ISDIR(there.st_mode))
      return writeInto(path, parts);
    if (char *real = realpath(path.c_str(), nullptr)) {
      path = real;
      free(real);
    }
  }
  std::string temporary = path + ".XXXXXX";
  int fd = mkstemp(temporary.data());
  if (fd < 0)
    return Status::failure(path + ": cannot be written: " + std::strerror(errno));
  // mkstemp makes the file private; give it the mode that a plain open would have.
  mode_t mask = umask(0);
  umask(mask);
  bool good = fchmod(fd, 0666 & ~mask) == 0;
  for (std::string_view part : parts)
    good = good && writeAll(fd, part);
  good = good && fsync(fd) == 0;
  int error = errno;
  if (close(fd) != 0 && good) {
    good = false;
    error = errno;
  }
  if (good && rename(temporary.c_str(), path.c_str()) != 0) {
    good = false;
    error = errno;
  }
  if (!good) {
    unlink(temporary.c_str());
    return Status::failure(path + ": cannot be written: " + std::strerror(error));
  }
  // The folder's entry must reach the disk too; a file system that cannot do so is no failure.
  size_t slash = path.rfind('/');
  std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  if (int dir = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); dir >= 0) {
    fsync(dir);
    close(dir);
  }
  return Status::success();
}

Status braid::rt::writeSafeTensors(const std::string &path, const TensorFile &file) {
  std::vector<const std::pair<const std::string, StoredTensor> *> order;
  for (const auto &named : file.tensors) {
    const StoredTensor &tensor = named.second;
    if (named.first == "__metadata__")
      return Status::failure(path + ": `__metadata__` cannot be the name of a tensor");
    if (tensor.numElements() * sizeOf(tensor.dtype) != int64_t(tensor.bytes.size()))
      return Status::failure(path + ": tensor " + shown(named.first) + " has " +
                             std::to_string(tensor.bytes.size()) + " bytes where its shape takes " +
                             std::to_string(tensor.numElements() * sizeOf(tensor.dtype)));
    order.push_back(&named);
  }
  // Without gaps between them, larger elements first keeps every tensor aligned.
  std::sort(order.begin(), order.end(), [](auto *a, auto *b) {
    int64_t sizeA = sizeOf(a->second.dtype), sizeB = sizeOf(b->second.dtype);
    return sizeA != sizeB ? sizeA > sizeB : a->first < b->first;
  });

  std::string header = "{";
  if (!file.metadata.empty()) {
    header += "\"__metadata__\":{";
    for (const auto &[name, text] : file.metadata)
      header += (header.back() == '{' ? "" : ",") + quoted(name) + ":" + quoted(text);
    header += "}";
  }
  uint64_t offset = 0;
  for (auto *named : order) {
    const StoredTensor &tensor = named->second;
    header += (header.size() == 1 ? "" : ",") + quoted(named->first) + ":{\"dtype\":\"" +
              nameOf(tensor.dtype) + "\",\"shape\":[";
    for (size_t i = 0; i < tensor.shape.size(); ++i)
      header += (i ? "," : "") + std::to_string(tensor.shape[i]);
    header += "],\"data_offsets\":[" + std::to_string(offset) + ",";
    offset += tensor.bytes.size();
    header += std::to_string(offset) + "]}";
  }
  header += "}";
  header.resize((header.size() + 8 + 63) / 64 * 64 - 8, ' ');

  std::string length(8, '\0');
  for (int i = 0; i < 8; ++i)
    length[size_t(i)] = char(uint64_t(header.size()) >> (8 * i));
  std::vector<std::string_view> parts{length, header};
  for (auto *named : order)
    parts.emplace_back(reinterpret_cast<const char *>(named->second.bytes.data()),
                       named->second.bytes.size());
  return writeFileAtomically(path, parts);
}
