//===- Tokens.cpp - any bytes as a file of tokens -------------------------===//
#include "Require.h"
#include "Scratch.h"
#include "braid/Data/Dataset.h"
#include <algorithm>

using namespace braid;
using fuzz::require;

/// Samples and evaluations of windows of `time` tokens: each target is the token after.
static void draw(const std::shared_ptr<rt::TokenFile> &file, int64_t time, rt::SampleOrder order) {
  auto data = rt::Dataset::create(file, time, 1, order);
  require(data.ok() == (file->size() > time), "a window and the token after it are enough");
  if (!data)
    return;
  std::vector<int32_t> tokens(size_t(4 * time)), targets(tokens.size());
  require(data->batch(5, 4, tokens.data(), targets.data()).ok(), "what was opened can be drawn from");
  for (int64_t i = 0; i + 1 < time; ++i)
    require(targets[size_t(i)] == tokens[size_t(i + 1)], "the target of a token is the next one");
  int64_t counted = 0;
  for (int64_t i = 0; i < data->evaluationWindows(); ++i) {
    require(data->evaluationWindow(i, tokens.data(), targets.data()).ok(), "what was opened can be evaluated");
    counted += std::count_if(targets.begin(), targets.begin() + time, [](int32_t target) { return target >= 0; });
  }
  require(counted == file->size() - 1, "every token but the first is a target once");
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string path = fuzz::scratchFile("input.bin", fuzz::textOf(data, size));
  for (int width : {0, 2, 4}) {
    auto opened = rt::TokenFile::open(path, width);
    if (!opened)
      continue;
    rt::TokenFile &file = **opened;
    require(!width || file.width() == width, "tokens are as wide as was said");
    require(file.size() > 0 && uint64_t(file.size()) * uint64_t(file.width()) <= size, "all tokens are in the file");
    require(file.seemingWidth().ok(), "what was opened can be looked at");
    std::vector<uint32_t> tokens(size_t(file.size()));
    require(file.read(0, file.size(), tokens.data()).ok(), "all tokens can be read");
    require(!file.read(1, file.size(), tokens.data()).ok(), "no more can be read");
    require(file.read(0, file.size(), tokens.data()).ok(), "all tokens can be read again");
    if (*std::max_element(tokens.begin(), tokens.end()) <= INT32_MAX)
      for (rt::SampleOrder order : {rt::SampleOrder::Random, rt::SampleOrder::Shuffled})
        for (int64_t time : {1, 3})
          draw(*opened, time, order);
    uint32_t most = *std::max_element(tokens.begin(), tokens.end());
    require(file.limitTo(int64_t(most) + 1).ok(), "a vocabulary that has every token is enough");
    require(most == 0 || !file.limitTo(most).ok(), "a smaller one is not");

    std::string copy = fuzz::scratchFolder() + "/copy.bin";
    require(rt::writeTokenFile(copy, tokens).ok(), "what was read can be written");
    auto again = rt::TokenFile::open(copy);
    require(again.ok() && (*again)->size() == file.size(), "what was written is read");
    std::vector<uint32_t> same(tokens.size());
    require((*again)->read(0, file.size(), same.data()).ok() && same == tokens, "what was written is what was read");
  }
  return 0;
}
