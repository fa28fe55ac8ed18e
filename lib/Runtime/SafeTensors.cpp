//===- SafeTensors.cpp - reading and checking tensor files ----------------===//

#include "braid/Runtime/SafeTensors.h"
#include "SafeTensorsHeader.h"
#include "braid/Runtime/InputFile.h"
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

using namespace braid::rt;

static uint64_t littleEndian(const uint8_t *bytes, int count) {
  uint64_t value = 0;
  for (int i = 0; i < count; ++i)
    value |= uint64_t(bytes[i]) << (8 * i);
  return value;
}

/// Checks the tensors' places: in the data, without gaps and overlaps, as long as their shapes say.
static Status checkPlaces(std::vector<HeaderEntry> &entries, uint64_t dataSize) {
  std::sort(entries.begin(), entries.end(), [](const HeaderEntry &a, const HeaderEntry &b) {
    return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
  });
  uint64_t at = 0;
  for (const HeaderEntry &entry : entries) {
    std::string tensor = "tensor " + shown(entry.name);
    std::string range = std::to_string(entry.begin) + " … " + std::to_string(entry.end);
    if (entry.end < entry.begin)
      return Status::failure(tensor + " has the offsets " + range + ", which are out of order");
    if (entry.end > dataSize)
      return Status::failure(tensor + " has the offsets " + range + ", but the file has " +
                             std::to_string(dataSize) + " bytes of data");
    if (entry.begin != at)
      return Status::failure(tensor + " begins at " + std::to_string(entry.begin) +
                             (entry.begin < at ? ", inside the tensor before it, which ends at "
                                               : ", after a gap from ") +
                             std::to_string(at));
    uint64_t bytes = uint64_t(sizeOf(entry.dtype));
    bool empty = std::count(entry.shape.begin(), entry.shape.end(), 0) != 0;
    for (int64_t size : entry.shape)
      if (__builtin_mul_overflow(bytes, uint64_t(empty ? 0 : size), &bytes))
        return Status::failure(tensor + " has a shape with more elements than 64 bits count");
    if (bytes != entry.end - entry.begin)
      return Status::failure(tensor + " has " + std::to_string(entry.end - entry.begin) +
                             " bytes where its type " + nameOf(entry.dtype) + " and shape take " +
                             std::to_string(bytes));
    at = entry.end;
  }
  if (at != dataSize)
    return Status::failure("the file has " + std::to_string(dataSize - at) +
                           " bytes after the last tensor");
  return Status::success();
}

static Result<TensorFile> parse(const uint8_t *data, uint64_t size) {
  if (size < 8)
    return Status::failure("the file has " + std::to_string(size) +
                           " bytes; a safetensors file begins with an 8-byte length");
  uint64_t headerSize = littleEndian(data, 8);
  if (headerSize > size - 8)
    return Status::failure("the header's length is " + std::to_string(headerSize) + ", but only " +
                           std::to_string(size - 8) + " bytes follow");
  const char *text = reinterpret_cast<const char *>(data) + 8;
  if (headerSize == 0 || text[0] != '{')
    return Status::failure("the header does not begin with `{`; this is not a safetensors file");
  Result<Header> header = parseHeader(text, headerSize);
  if (!header)
    return header.status();
  if (Status status = checkPlaces(header->entries, size - 8 - headerSize); !status)
    return status;
  TensorFile file;
  file.metadata = std::move(header->metadata);
  const uint8_t *base = data + 8 + headerSize;
  for (HeaderEntry &entry : header->entries)
    file.tensors[entry.name] = StoredTensor{
        entry.dtype, std::move(entry.shape),
        std::vector<uint8_t>(base + entry.begin, base + entry.end)};
  return file;
}

Result<TensorFile> braid::rt::parseSafeTensors(const uint8_t *data, uint64_t size,
                                               const std::string &name) {
  Result<TensorFile> file = parse(data, size);
  if (!file)
    return Status::failure(name + ": " + file.message());
  return file;
}

Result<TensorFile> braid::rt::readSafeTensors(const std::string &path) {
  Result<InputFile> input = openInput(path);
  if (!input)
    return Status::failure(path + ": " + input.message());
  uint64_t size = input->size;
  if (size == 0) {
    close(input->descriptor);
    return Status::failure(path + ": the file is empty");
  }
  void *data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, input->descriptor, 0);
  int error = errno;
  close(input->descriptor);
  if (data == MAP_FAILED)
    return Status::failure(path + ": cannot be mapped: " + std::strerror(error));
  Result<TensorFile> file = parseSafeTensors(static_cast<const uint8_t *>(data), size, path);
  munmap(data, size);
  return file;
}
