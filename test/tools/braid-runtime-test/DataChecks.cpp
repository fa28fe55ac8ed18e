//===- DataChecks.cpp - token files, samples and checkpoints --------------===//
//
// braid-runtime-test data FOLDER works in FOLDER, which it makes anew.
//
//===----------------------------------------------------------------------===//

#include "Checks.h"
#include "braid/Data/Checkpoint.h"
#include "braid/Data/Dataset.h"
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>

using namespace braid;
using namespace braid::test;
namespace fs = std::filesystem;

static void expect(const char *what, bool good) { report(what, good ? 0 : 1, 0); }

static void writeWords(const std::string &path, const std::vector<int32_t> &header, const std::string &rest) {
  std::ofstream file(path, std::ios::binary);
  if (!header.empty()) {
    std::vector<int32_t> words = header;
    words.resize(256);
    file.write(reinterpret_cast<const char *>(words.data()), 1024);
  }
  file << rest;
}

/// Prints why a file is refused; a file that is not counts as a failed check.
static void refuse(const std::string &path, int64_t vocabulary = 0, int width = 0) {
  auto file = rt::TokenFile::open(path, width);
  std::string message = file.message();
  if (file && vocabulary)
    message = (*file)->limitTo(vocabulary).message();
  std::printf("refused: %s\n", message.substr(message.rfind('/') + 1).c_str());
  expect("refusal", !message.empty());
}

static std::vector<uint32_t> all(const rt::TokenFile &file) {
  std::vector<uint32_t> tokens(size_t(file.size()));
  expect("tokens read", file.read(0, file.size(), tokens.data()).ok());
  return tokens;
}

static void checkTokenFiles(const std::string &folder) {
  std::string path = folder + "/tokens.bin";
  std::vector<uint32_t> narrow = {1, 2, 65535, 7}, wide = {1, 70000, 3};
  expect("uint16 written", rt::writeTokenFile(path, narrow).ok());
  auto file = rt::TokenFile::open(path);
  expect("uint16 read", file && (*file)->width() == 2 && all(**file) == narrow);
  expect("uint32 written", rt::writeTokenFile(path, wide).ok());
  file = rt::TokenFile::open(path);
  expect("uint32 read", file && (*file)->width() == 4 && all(**file) == wide);
  writeWords(path, {}, std::string("\x01\x00\x02\x01", 4));
  file = rt::TokenFile::open(path);
  expect("no header read", file && all(**file) == std::vector<uint32_t>{1, 258});
  file = rt::TokenFile::open(path, 4);
  expect("no header read as uint32", file && all(**file) == std::vector<uint32_t>{0x01020001});

  refuse(folder + "/absent.bin");
  refuse(folder);
  writeWords(folder + "/empty.bin", {}, "");
  refuse(folder + "/empty.bin");
  writeWords(folder + "/odd.bin", {}, "abc");
  refuse(folder + "/odd.bin");
  writeWords(folder + "/fewer.bin", {20240520, 1, 5}, "abcd");
  refuse(folder + "/fewer.bin");
  writeWords(folder + "/negative.bin", {20240520, 1, -1}, "abcd");
  refuse(folder + "/negative.bin");
  writeWords(folder + "/version.bin", {20240801, 1, 1}, "abcd");
  refuse(folder + "/version.bin");
  writeWords(folder + "/header.bin", {20240520, 1, 0}, "");
  refuse(folder + "/header.bin");
  fs::resize_file(folder + "/header.bin", 100);
  refuse(folder + "/header.bin");
  rt::writeTokenFile(folder + "/vocabulary.bin", {5, 6, 256, 300}).ok();
  refuse(folder + "/vocabulary.bin", 256);
  refuse(folder + "/vocabulary.bin", 0, 4);
}

/// Numbers of `Number`, one after the other, without a header.
template <typename Number> static int seemingWidth(const std::string &path, const std::vector<uint32_t> &tokens) {
  std::vector<Number> numbers(tokens.begin(), tokens.end());
  writeWords(path, {}, std::string(reinterpret_cast<const char *>(numbers.data()), numbers.size() * sizeof(Number)));
  auto file = rt::TokenFile::open(path);
  auto width = file ? (*file)->seemingWidth() : rt::Result<int>(file.status());
  return width ? *width : -1;
}

static void checkWidths(const std::string &folder) {
  std::string path = folder + "/width.bin";
  for (uint32_t vocabulary : {5u, 256u, 50257u, 200019u}) {
    std::vector<uint32_t> tokens(100);
    for (uint32_t i = 0; i < tokens.size(); ++i)
      tokens[i] = i * 2654435761u % vocabulary;
    std::string of = " of a vocabulary of " + std::to_string(vocabulary);
    if (vocabulary <= 65536)
      expect(("uint16 is itself" + of).c_str(), seemingWidth<uint16_t>(path, tokens) == 2);
    expect(("uint32 is seen" + of).c_str(), seemingWidth<uint32_t>(path, tokens) == 4);
    expect(("uint64 is seen" + of).c_str(), seemingWidth<uint64_t>(path, tokens) == 8);
  }
  expect("equal tokens of uint32 are seen", seemingWidth<uint32_t>(path, std::vector<uint32_t>(40, 7)) == 4);
  expect("padding says nothing", seemingWidth<uint16_t>(path, std::vector<uint32_t>(1000, 0)) == 2);
  expect("few numbers say nothing", seemingWidth<uint16_t>(path, {7, 0, 9, 1}) == 2);
  expect("an odd number of them cannot be halves", seemingWidth<uint16_t>(path, std::vector<uint32_t>(1001, 0)) == 2);
}

/// What becomes of a file while it is open.
static void checkChanges(const std::string &folder) {
  std::string path = folder + "/changes.bin";
  std::vector<uint32_t> tokens(40000, 5);
  expect("a file that will change", rt::writeTokenFile(path, tokens).ok());
  auto file = rt::TokenFile::open(path);
  expect("its tokens are known", (*file)->limitTo(256).ok());
  auto data = rt::Dataset::create(*file, 39990, 1);
  std::vector<int32_t> in(39990), out(39990);
  expect("a window is read", data->sample(0, in.data(), out.data()).ok() && in[0] == 5);
  {
    std::fstream at(path, std::ios::in | std::ios::out | std::ios::binary);
    at.seekp(1024 + 2 * 20000);
    at.write("\x00\x01", 2);
  }
  std::string changed = data->sample(0, in.data(), out.data()).message();
  expect("a number that is no token any more is found",
         changed.find("token 256 at position 20000 is not below") != std::string::npos);
  fs::resize_file(path, 3000);
  std::string shorter = data->sample(0, in.data(), out.data()).message();
  expect("a file that became shorter is found", shorter.find("changes.bin: has become shorter") != std::string::npos);
}

static void checkSamples(const std::string &folder) {
  std::string path = folder + "/count.bin";
  std::vector<uint32_t> tokens(1003);
  for (uint32_t i = 0; i < tokens.size(); ++i)
    tokens[i] = i;
  expect("samples written", rt::writeTokenFile(path, tokens).ok());
  auto file = rt::TokenFile::open(path);
  constexpr int64_t time = 10, windows = 100;
  auto shuffled = rt::Dataset::create(*file, time, 7, rt::SampleOrder::Shuffled);
  auto random = rt::Dataset::create(*file, time, 7);
  std::vector<int32_t> in(time), out(time), again(time);
  bool follows = true, aligned = true;
  std::vector<std::vector<int32_t>> epochs(3);
  for (int64_t index = 0; index < 3 * windows; ++index) {
    follows &= shuffled->sample(index, in.data(), out.data()).ok();
    for (int64_t i = 0; i < time; ++i)
      follows &= in[size_t(i)] == in[0] + i && out[size_t(i)] == in[size_t(i)] + 1;
    aligned &= in[0] % time == 0;
    epochs[size_t(index / windows)].push_back(in[0]);
  }
  expect("windows do not overlap", aligned);
  expect("epochs differ", epochs[0] != epochs[1] && epochs[1] != epochs[2]);
  for (auto &epoch : epochs)
    expect("an epoch has every window once", std::set<int32_t>(epoch.begin(), epoch.end()).size() == windows);
  std::set<int32_t> starts;
  for (int64_t index = 0; index < 500; ++index) {
    follows &= random->sample(index, in.data(), out.data()).ok();
    starts.insert(in[0]);
  }
  expect("random windows lie anywhere", starts.size() > 350 && *starts.begin() < 20 && *starts.rbegin() > 970);
  expect("a sample depends on its number alone", random->sample(499, again.data(), out.data()).ok() && in == again);
  int64_t counted = 0, sum = 0;
  for (int64_t index = 0; index < random->evaluationWindows(); ++index) {
    follows &= random->evaluationWindow(index, in.data(), out.data()).ok();
    for (int32_t target : out)
      if (target >= 0)
        ++counted, sum += target;
  }
  expect("evaluation covers every target once", counted == 1002 && sum == 1002 * 1003 / 2);
  expect("targets follow tokens", follows);
  expect("a file of less than a window is refused", !rt::Dataset::create(*file, 1003, 7));
}

static void checkText(const std::string &folder) {
  std::ofstream(folder + "/text.txt") << "h\xC3\xA9llo, world";
  auto prepared = rt::prepareText(folder + "/text.txt", folder + "/text", 0.25);
  expect("text is split", prepared && prepared->train == 10 && prepared->validation == 3);
  auto file = rt::TokenFile::open(folder + "/text/val.bin");
  expect("validation part", file && all(**file) == rt::encodeBytes("rld"));
  expect("bytes and back", rt::decodeBytes(rt::encodeBytes("h\xC3\xA9")) == "h\xC3\xA9");
}

static void checkCheckpoints(const std::string &folder) {
  std::string runs = folder + "/run";
  float values[6] = {1, 2, 3, 4, 5, 6};
  rt::Checkpoint checkpoint;
  checkpoint.params.tensors["w"] = rt::StoredTensor::of({2, 3}, values);
  checkpoint.optimizer.tensors["m:w"] = rt::StoredTensor::of({6}, values);
  checkpoint.state = {{"seed", "42"}, {"lr", "1.5e-3"}, {"note", "a \"b\"\n\\"}};
  std::vector<std::string> skipped;
  expect("nothing to resume", !rt::latestCheckpoint(runs, skipped));
  bool saved = true;
  for (int64_t step : {5, 20, 100, 100}) {
    checkpoint.step = step;
    saved &= rt::saveCheckpoint(runs, checkpoint, 2).ok();
  }
  expect("checkpoints saved", saved);
  expect("old ones removed", rt::checkpointSteps(runs) == std::vector<int64_t>{20, 100});
  int left = 0;
  for (auto &entry : fs::directory_iterator(runs))
    left += entry.path().filename().string()[0] == '.';
  expect("nothing else left", left == 0);
  fs::create_directory(runs + "/.removing-5");
  fs::create_directory(runs + "/.writing-x1y2z3");
  rt::removeLeftovers(runs);
  std::ofstream(runs + "/.metrics.jsonl.braid-a1b2c3") << "half";
  rt::removeLeftovers(runs);
  expect("and what they had begun to write", !fs::exists(runs + "/.metrics.jsonl.braid-a1b2c3"));
  expect("what killed runs left is removed", !fs::exists(runs + "/.removing-5") &&
                                                 !fs::exists(runs + "/.writing-x1y2z3") &&
                                                 rt::checkpointSteps(runs).size() == 2);
  auto latest = rt::latestCheckpoint(runs, skipped);
  expect("latest loads", latest && latest->step == 100 && latest->state == checkpoint.state &&
                             latest->params.tensors["w"].toFloats()[5] == 6 && skipped.empty());
  {
    // One bit of one number.
    std::fstream file(runs + "/checkpoint-100/optimizer.safetensors", std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(-1, std::ios::end);
    int last = file.get();
    file.seekp(-1, std::ios::end);
    file.put(char(last ^ 4));
  }
  auto flipped = rt::loadCheckpoint(runs + "/checkpoint-100");
  expect("a flipped bit is found",
         !flipped && flipped.message().find("its numbers are not those that were saved") != std::string::npos);
  fs::resize_file(runs + "/checkpoint-100/params.safetensors", 70);
  latest = rt::latestCheckpoint(runs, skipped);
  expect("a damaged one is passed over", latest && latest->step == 20 && skipped.size() == 1);
  fs::rename(runs + "/checkpoint-20", runs + "/checkpoint-21");
  fs::create_directory(runs + "/checkpoint-007x");
  latest = rt::latestCheckpoint(runs, skipped);
  expect("a renamed one is refused", !latest);
  for (const char *text :
       {"", "{", "{\"a\":}", "{\"a\":1,}", "{\"a\":1}x", "{\"a\":1,\"a\":2}", "{\"a\":\"\\u12\"}", "[1]"})
    expect("bad state is refused", !rt::parseState(text));
}

void braid::test::checkData(const std::string &folder) {
  fs::remove_all(folder);
  fs::create_directories(folder);
  checkTokenFiles(folder);
  checkWidths(folder);
  checkChanges(folder);
  checkSamples(folder);
  checkText(folder);
  checkCheckpoints(folder);
}
