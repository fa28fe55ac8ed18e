//===- ByteTokens.cpp - text as bytes -------------------------------------===//

#include "braid/Data/Dataset.h"
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <sys/stat.h>

using namespace braid::rt;

std::vector<uint32_t> braid::rt::encodeBytes(std::string_view text) {
  std::vector<uint32_t> tokens;
  tokens.reserve(text.size());
  for (char c : text)
    tokens.push_back(uint8_t(c));
  return tokens;
}

std::string braid::rt::decodeBytes(const std::vector<uint32_t> &tokens) {
  std::string text;
  for (uint32_t token : tokens) {
    if (token < 256)
      text += char(token);
    else
      text += "\xEF\xBF\xBD";
  }
  return text;
}

static Result<std::string> readText(const std::string &path) {
  std::FILE *file = std::fopen(path.c_str(), "rb");
  if (!file)
    return Status::failure(path + ": cannot be read: " + std::strerror(errno));
  std::string text;
  std::string chunk(1 << 20, '\0');
  for (size_t got; (got = std::fread(chunk.data(), 1, chunk.size(), file)) > 0;)
    text.append(chunk.data(), got);
  bool bad = std::ferror(file);
  int error = errno;
  std::fclose(file);
  if (bad)
    return Status::failure(path + ": cannot be read: " + std::strerror(error));
  return text;
}

Result<PreparedText> braid::rt::prepareText(const std::string &textPath, const std::string &folder, double validation) {
  if (!(validation >= 0 && validation <= 1))
    return Status::failure("the part for validation is a number from 0 to 1");
  Result<std::string> text = readText(textPath);
  if (!text)
    return text.status();
  if (text->empty())
    return Status::failure(textPath + ": is empty");
  if (mkdir(folder.c_str(), 0777) != 0 && errno != EEXIST)
    return Status::failure(folder + ": cannot be made: " + std::strerror(errno));
  PreparedText prepared;
  prepared.validation = int64_t(std::llround(double(text->size()) * validation));
  prepared.train = int64_t(text->size()) - prepared.validation;
  std::string_view all = *text;
  const struct {
    const char *name;
    std::string_view part;
  } parts[] = {{"train.bin", all.substr(0, size_t(prepared.train))}, {"val.bin", all.substr(size_t(prepared.train))}};
  for (auto &[name, part] : parts)
    if (!part.empty())
      if (Status status = writeTokenFile(folder + "/" + name, encodeBytes(part)); !status)
        return status;
  return prepared;
}
