//===- TokenFile.cpp - reading and writing files of tokens ----------------===//
//
// A file is read in pieces, never mapped: of one that shrinks while it is mapped there
// would be no message, only a bus error.
//
//===----------------------------------------------------------------------===//

#include "braid/Data/Dataset.h"
#include "braid/IO/InputFile.h"
#include "braid/IO/OutputFile.h"
#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <unistd.h>

using namespace braid::rt;

namespace {

constexpr int headerWords = 256;
constexpr size_t headerBytes = headerWords * 4;
/// Tokens that are looked at in one piece.
constexpr int64_t pieceTokens = 1 << 18;

/// The headers of llm.c.
struct Kind {
  int32_t magic, version;
  int width;
};
constexpr Kind kinds[] = {{20240520, 1, 2}, {20240801, 7, 4}};

} // namespace

Result<std::shared_ptr<TokenFile>> TokenFile::open(const std::string &path, int width) {
  auto failure = [&](const std::string &what) { return Status::failure(path + ": " + what); };
  Result<InputFile> input = openInput(path);
  if (!input)
    return failure(input.message());
  std::shared_ptr<TokenFile> file(new TokenFile);
  file->name = path;
  file->descriptor = input->descriptor;
  uint64_t size = input->size;
  if (size == 0)
    return failure("is empty");
  if (width)
    file->bytes = width;
  uint64_t tokenBytes = size;
  int32_t header[3] = {};
  if (Status status = readAt(file->descriptor, header, std::min<uint64_t>(size, sizeof header), 0); !status)
    return failure(status.message());
  for (const Kind &kind : kinds) {
    if (header[0] != kind.magic)
      continue;
    if (size < headerBytes)
      return failure("ends within its header: " + std::to_string(size) + " of " + std::to_string(headerBytes) +
                     " bytes");
    if (header[1] != kind.version)
      return failure("has version " + std::to_string(header[1]) + " where " + std::to_string(kind.version) +
                     " is known");
    if (width && width != kind.width)
      return failure("says in its header that a token has " + std::to_string(8 * kind.width) + " bits, not " +
                     std::to_string(8 * width));
    file->bytes = kind.width;
    file->start = headerBytes;
    tokenBytes -= headerBytes;
  }
  if (tokenBytes % uint64_t(file->bytes))
    return failure("ends within a token: " + std::to_string(tokenBytes) + " bytes of tokens, " +
                   std::to_string(file->bytes) + " each");
  file->count = int64_t(tokenBytes / uint64_t(file->bytes));
  if (file->hasHeader() && header[2] != file->count)
    return failure("says it has " + std::to_string(header[2]) + " tokens but has " + std::to_string(file->count));
  if (file->count == 0)
    return failure("has no tokens");
  return file;
}

TokenFile::~TokenFile() {
  if (descriptor >= 0)
    close(descriptor);
}

Status TokenFile::read(int64_t index, int64_t number, uint32_t *tokens) const {
  auto failure = [&](const std::string &what) { return Status::failure(name + ": " + what); };
  if (index < 0 || number < 0 || index > count - number)
    return failure("has no tokens " + std::to_string(index) + " … " + std::to_string(index + number));
  // Narrow tokens come into the back of the room that they will fill.
  uint8_t *raw = reinterpret_cast<uint8_t *>(tokens) + size_t(number) * size_t(4 - bytes);
  if (Status status =
          readAt(descriptor, raw, uint64_t(number) * uint64_t(bytes), start + uint64_t(index) * uint64_t(bytes));
      !status)
    return failure(status.message());
  if (bytes == 2)
    for (int64_t i = 0; i < number; ++i) {
      uint16_t token;
      std::memcpy(&token, raw + 2 * i, 2);
      tokens[i] = token;
    }
  for (int64_t i = 0; i < number && limit; ++i)
    if (int64_t(tokens[i]) >= limit)
      return failure("token " + std::to_string(tokens[i]) + " at position " + std::to_string(index + i) +
                     " is not below the vocabulary of " + std::to_string(limit));
  return Status::success();
}

Status TokenFile::forEachPiece(const std::function<bool(int64_t, const std::vector<uint32_t> &)> &look) const {
  std::vector<uint32_t> piece;
  for (int64_t at = 0; at < count; at += int64_t(piece.size())) {
    piece.resize(size_t(std::min(pieceTokens, count - at)));
    if (Status status = read(at, int64_t(piece.size()), piece.data()); !status)
      return status;
    if (!look(at, piece))
      break;
  }
  return Status::success();
}

Status TokenFile::limitTo(int64_t vocabulary) {
  limit = limit ? std::min(limit, vocabulary) : vocabulary;
  return forEachPiece([](int64_t, const std::vector<uint32_t> &) { return true; });
}

Result<int> TokenFile::seemingWidth() const {
  // The upper half of a wider token is one of few small numbers, whatever the lower one is.
  auto areHalves = [&](int width) -> Result<bool> {
    int per = width / bytes;
    if (count % (2 * per))
      return false;
    uint32_t lower = 0, upper = 0;
    Status status = forEachPiece([&](int64_t at, const std::vector<uint32_t> &piece) {
      for (size_t i = 0; i < piece.size(); ++i) {
        uint32_t &half = (at + int64_t(i)) / per % 2 ? upper : lower;
        half = std::max(half, piece[i]);
      }
      return upper <= 3;
    });
    if (!status)
      return status;
    // As bits of surprise, if the two kinds of places held the same kind of number.
    double surprise = double(count / (2 * per)) * std::log2((double(lower) + 1) / (double(upper) + 1));
    return upper <= 3 && surprise > 20;
  };
  for (int width = bytes; width < 8; width *= 2) {
    Result<bool> halves = areHalves(width);
    if (!halves)
      return halves.status();
    if (!*halves)
      return width;
  }
  return 8;
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
