//===- TokenFile.cpp - reading and writing files of tokens ----------------===//

#include "braid/Runtime/Dataset.h"
#include "braid/Runtime/InputFile.h"
#include "braid/Runtime/SafeTensors.h"
#include <cerrno>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

using namespace braid::rt;

namespace {

constexpr int headerWords = 256;
constexpr size_t headerBytes = headerWords * 4;

/// The headers of llm.c.
struct Kind {
  int32_t magic, version;
  int width;
};
constexpr Kind kinds[] = {{20240520, 1, 2}, {20240801, 7, 4}};

} // namespace

Result<std::shared_ptr<TokenFile>> TokenFile::open(const std::string &path) {
  auto failure = [&](const std::string &what) { return Status::failure(path + ": " + what); };
  Result<InputFile> input = openInput(path);
  if (!input)
    return failure(input.message());
  size_t size = size_t(input->size);
  if (size == 0) {
    close(input->descriptor);
    return failure("is empty");
  }
  void *mapping = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, input->descriptor, 0);
  int error = errno;
  close(input->descriptor);
  if (mapping == MAP_FAILED)
    return failure(std::string("cannot be mapped into memory: ") + std::strerror(error));

  std::shared_ptr<TokenFile> file(new TokenFile);
  file->name = path;
  file->mapping = mapping;
  file->mapped = size;
  file->tokens = static_cast<const uint8_t *>(mapping);
  size_t tokenBytes = size;
  int64_t stated = -1;
  int32_t header[3] = {};
  std::memcpy(header, mapping, std::min(size, sizeof header));
  for (const Kind &kind : kinds) {
    if (header[0] != kind.magic)
      continue;
    if (size < headerBytes)
      return failure("ends within its header: " + std::to_string(size) + " of " + std::to_string(headerBytes) +
                     " bytes");
    if (header[1] != kind.version)
      return failure("has version " + std::to_string(header[1]) + " where " + std::to_string(kind.version) +
                     " is known");
    file->bytes = kind.width;
    file->tokens += headerBytes;
    tokenBytes -= headerBytes;
    stated = header[2];
  }
  if (tokenBytes % size_t(file->bytes))
    return failure("ends within a token: " + std::to_string(tokenBytes) + " bytes of tokens, " +
                   std::to_string(file->bytes) + " each");
  file->count = int64_t(tokenBytes / size_t(file->bytes));
  if (stated >= 0 || header[0] == kinds[0].magic || header[0] == kinds[1].magic)
    if (stated != file->count)
      return failure("says it has " + std::to_string(stated) + " tokens but has " + std::to_string(file->count));
  if (file->count == 0)
    return failure("has no tokens");
  return file;
}

TokenFile::~TokenFile() {
  if (mapping)
    munmap(mapping, mapped);
}

uint32_t TokenFile::operator[](int64_t index) const {
  if (bytes == 2) {
    uint16_t token;
    std::memcpy(&token, tokens + index * 2, 2);
    return token;
  }
  uint32_t token;
  std::memcpy(&token, tokens + index * 4, 4);
  return token;
}

Status TokenFile::checkVocabulary(int64_t vocabulary) const {
  for (int64_t i = 0; i < count; ++i)
    if (int64_t((*this)[i]) >= vocabulary)
      return Status::failure(name + ": token " + std::to_string((*this)[i]) + " at position " + std::to_string(i) +
                             " is not below the vocabulary of " + std::to_string(vocabulary));
  return Status::success();
}

Status braid::rt::writeTokenFile(const std::string &path, const std::vector<uint32_t> &tokens) {
  if (tokens.size() > size_t(INT32_MAX))
    return Status::failure(path + ": " + std::to_string(tokens.size()) +
                           " tokens are more than the header can say (2147483647)");
  bool wide = false;
  for (uint32_t token : tokens)
    wide |= token > 0xFFFF;
  const Kind &kind = kinds[wide];
  int32_t header[headerWords] = {kind.magic, kind.version, int32_t(tokens.size())};
  std::string_view head(reinterpret_cast<const char *>(header), headerBytes);
  if (wide)
    return writeFileAtomically(path, {head, {reinterpret_cast<const char *>(tokens.data()), tokens.size() * 4}});
  std::vector<uint16_t> narrow(tokens.begin(), tokens.end());
  return writeFileAtomically(path, {head, {reinterpret_cast<const char *>(narrow.data()), narrow.size() * 2}});
}
