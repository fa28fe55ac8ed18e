//===- SafeTensors.cpp - reading and checking tensor files ----------------===//

#include "braid/IO/SafeTensors.h"
#include "SafeTensorsHeader.h"
#include "braid/IO/InputFile.h"
#include <algorithm>
#include <functional>
#include <unistd.h>

using namespace braid::rt;

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
      return Status::failure(tensor + " has the offsets " + range + ", but the file has " + std::to_string(dataSize) +
                             " bytes of data");
    if (entry.begin != at)
      return Status::failure(
          tensor + " begins at " + std::to_string(entry.begin) +
          (entry.begin < at ? ", inside the tensor before it, which ends at " : ", after a gap from ") +
          std::to_string(at));
    uint64_t bytes = uint64_t(sizeOf(entry.dtype));
    bool empty = std::count(entry.shape.begin(), entry.shape.end(), 0) != 0;
    for (int64_t size : entry.shape)
      if (__builtin_mul_overflow(bytes, uint64_t(empty ? 0 : size), &bytes))
        return Status::failure(tensor + " has a shape with more elements than 64 bits count");
    // Elements of a type that is not known have at least one bit.
    if (entry.dtype == DType::Other ? bytes / 8 > entry.end - entry.begin : bytes != entry.end - entry.begin)
      return Status::failure(tensor + " has " + std::to_string(entry.end - entry.begin) + " bytes where its type " +
                             nameOf(entry.dtype) + " and shape take " + std::to_string(bytes));
    at = entry.end;
  }
  if (at != dataSize)
    return Status::failure("the file has " + std::to_string(dataSize - at) + " bytes after the last tensor");
  return Status::success();
}

/// Far more than the header of any file.
static constexpr uint64_t maxHeaderBytes = 1 << 30;

/// Fills memory with bytes of the file from an offset.
using ReadBytes = std::function<Status(void *to, uint64_t bytes, uint64_t offset)>;

static Result<TensorFile> parse(uint64_t size, const ReadBytes &read, bool keepOthers) {
  if (size < 8)
    return Status::failure("the file has " + std::to_string(size) +
                           " bytes; a safetensors file begins with an 8-byte length");
  uint8_t length[8];
  if (Status status = read(length, 8, 0); !status)
    return status;
  uint64_t headerSize = 0;
  for (int i = 0; i < 8; ++i)
    headerSize |= uint64_t(length[i]) << (8 * i);
  if (headerSize > size - 8)
    return Status::failure("the header's length is " + std::to_string(headerSize) + ", but only " +
                           std::to_string(size - 8) + " bytes follow");
  if (headerSize > maxHeaderBytes)
    return Status::failure("the header's length is " + std::to_string(headerSize) + ", more than " +
                           std::to_string(maxHeaderBytes));
  std::string text(headerSize, '\0');
  if (Status status = read(text.data(), headerSize, 8); !status)
    return status;
  if (headerSize == 0 || text[0] != '{')
    return Status::failure("the header does not begin with `{`; this is not a safetensors file");
  Result<Header> header = parseHeader(text.data(), headerSize, keepOthers);
  if (!header)
    return header.status();
  if (Status status = checkPlaces(header->entries, size - 8 - headerSize); !status)
    return status;
  TensorFile file;
  file.metadata = std::move(header->metadata);
  for (HeaderEntry &entry : header->entries) {
    StoredTensor &tensor = file.tensors[entry.name];
    tensor = {entry.dtype, std::move(entry.shape), std::vector<uint8_t>(entry.end - entry.begin),
              std::move(entry.otherType)};
    if (Status status = read(tensor.bytes.data(), tensor.bytes.size(), 8 + headerSize + entry.begin); !status)
      return status;
  }
  return file;
}

static Result<TensorFile> named(const std::string &name, Result<TensorFile> file) {
  return file ? std::move(file) : Result<TensorFile>(Status::failure(name + ": " + file.message()));
}

Result<TensorFile> braid::rt::parseSafeTensors(const uint8_t *data, uint64_t size, const std::string &name) {
  auto read = [&](void *to, uint64_t bytes, uint64_t offset) {
    std::copy_n(data + offset, bytes, static_cast<uint8_t *>(to)); // of no bytes `to` may be null
    return Status::success();
  };
  return named(name, parse(size, read, /*keepOthers=*/false));
}

Result<TensorFile> braid::rt::readSafeTensors(const std::string &path, bool keepOthers) {
  Result<InputFile> input = openInput(path);
  if (!input)
    return Status::failure(path + ": " + input.message());
  if (input->size == 0) {
    close(input->descriptor);
    return Status::failure(path + ": the file is empty");
  }
  auto read = [&](void *to, uint64_t bytes, uint64_t offset) { return readAt(input->descriptor, to, bytes, offset); };
  Result<TensorFile> file = parse(input->size, read, keepOthers);
  close(input->descriptor);
  return named(path, std::move(file));
}
