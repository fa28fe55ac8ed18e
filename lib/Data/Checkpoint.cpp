//===- Checkpoint.cpp - saving a training run and going on with it --------===//

#include "braid/Data/Checkpoint.h"
#include "braid/IO/InputFile.h"
#include "braid/IO/OutputFile.h"
#include "lib/IO/SafeTensorsHeader.h"
#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

using namespace braid::rt;
namespace fs = std::filesystem;

static const char prefix[] = "checkpoint-";

/// The step that a folder's name states; -1 when it is not a checkpoint's name.
static int64_t stepOf(const std::string &name) {
  constexpr size_t length = sizeof prefix - 1;
  if (name.compare(0, length, prefix) != 0)
    return -1;
  int64_t step = -1;
  const char *begin = name.data() + length, *end = name.data() + name.size();
  auto [stop, error] = std::from_chars(begin, end, step);
  // Only the way that checkpointPath writes it: no leading zeros, no sign.
  return error == std::errc() && stop == end && std::to_string(step) == std::string(begin, end) ? step : -1;
}

std::string braid::rt::checkpointPath(const std::string &folder, int64_t step) {
  return folder + "/" + prefix + std::to_string(step);
}

std::vector<int64_t> braid::rt::checkpointSteps(const std::string &folder) {
  std::vector<int64_t> steps;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (int64_t step = stepOf(at->path().filename().string()); step >= 0)
      steps.push_back(step);
  std::sort(steps.begin(), steps.end());
  return steps;
}

/// A file system that cannot sync a folder is no failure.
static void syncFolder(const std::string &path) {
  if (int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); fd >= 0) {
    fsync(fd);
    close(fd);
  }
}

static const char temporaryPrefix[] = ".writing-", removedPrefix[] = ".removing-";

/// Under its own name a checkpoint is whole: it loses that before its files go.
static void removeCheckpoint(const std::string &folder, int64_t step) {
  std::error_code error;
  std::string aside = folder + "/" + removedPrefix + std::to_string(step);
  fs::remove_all(aside, error);
  if (std::rename(checkpointPath(folder, step).c_str(), aside.c_str()) == 0)
    fs::remove_all(aside, error);
}

void braid::rt::removeLeftovers(const std::string &folder) {
  removeUnfinished(folder);
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::string name = at->path().filename().string();
    if (name.rfind(temporaryPrefix, 0) == 0 || name.rfind(removedPrefix, 0) == 0)
      found.push_back(at->path());
  }
  for (const fs::path &path : found)
    fs::remove_all(path, error);
}

/// Of names, types, shapes and bytes. Each word goes through a bijection, so that no change of one word is missed.
static std::string checksum(const TensorFile &file) {
  uint64_t hash = 0x9e3779b97f4a7c15;
  auto add = [&](const void *data, size_t size) {
    const char *bytes = static_cast<const char *>(data);
    for (size_t at = 0; at < size; at += 8) {
      uint64_t word = 0;
      std::memcpy(&word, bytes + at, std::min<size_t>(8, size - at));
      hash = (hash ^ word) * 0xff51afd7ed558ccd;
      hash ^= hash >> 32;
    }
    hash ^= size;
  };
  for (const auto &[name, tensor] : file.tensors) {
    int64_t type = int64_t(tensor.dtype);
    add(name.data(), name.size());
    add(&type, sizeof type);
    add(tensor.shape.data(), tensor.shape.size() * sizeof(int64_t));
    add(tensor.bytes.data(), tensor.bytes.size());
  }
  char text[20];
  std::snprintf(text, sizeof text, "x%016llx", static_cast<unsigned long long>(hash));
  return text;
}

static Status writeParts(const std::string &path, const Checkpoint &checkpoint) {
  if (Status status = writeSafeTensors(path + "/params.safetensors", checkpoint.params); !status)
    return status;
  if (Status status = writeSafeTensors(path + "/optimizer.safetensors", checkpoint.optimizer); !status)
    return status;
  bool goesOn = !checkpoint.streams.tensors.empty();
  if (Status status; goesOn)
    if (status = writeSafeTensors(path + "/streams.safetensors", checkpoint.streams); !status)
      return status;
  CheckpointState state = checkpoint.state;
  if (goesOn)
    state["streams"] = checksum(checkpoint.streams);
  state["step"] = std::to_string(checkpoint.step);
  state["params"] = checksum(checkpoint.params);
  state["optimizer"] = checksum(checkpoint.optimizer);
  std::string text = writeState(state);
  return writeFileAtomically(path + "/state.json", {text});
}

Status braid::rt::saveCheckpoint(const std::string &folder, const Checkpoint &checkpoint, int64_t keep) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    return Status::failure(folder + ": cannot be made: " + error.message());
  std::string temporary = folder + "/" + temporaryPrefix + "XXXXXX";
  if (!mkdtemp(temporary.data()))
    return Status::failure(folder + ": cannot be written: " + std::strerror(errno));
  Status status = writeParts(temporary, checkpoint);
  if (!status) {
    fs::remove_all(temporary, error);
    return status;
  }
  fs::permissions(temporary, fs::perms(0755), error);
  syncFolder(temporary);

  std::string path = checkpointPath(folder, checkpoint.step), old = temporary + ".old";
  // A folder that is not empty cannot be renamed over: the earlier one steps aside first.
  bool replaced = std::rename(path.c_str(), old.c_str()) == 0;
  if (std::rename(temporary.c_str(), path.c_str()) != 0) {
    Status failure = Status::failure(path + ": cannot be written: " + std::strerror(errno));
    if (replaced)
      std::rename(old.c_str(), path.c_str());
    fs::remove_all(temporary, error);
    return failure;
  }
  syncFolder(folder);
  if (replaced)
    fs::remove_all(old, error);
  std::vector<int64_t> steps = checkpointSteps(folder);
  if (keep > 0 && int64_t(steps.size()) > keep)
    for (size_t i = 0; i < steps.size() - size_t(keep); ++i)
      if (steps[i] != checkpoint.step)
        removeCheckpoint(folder, steps[i]);
  return Status::success();
}

Result<Checkpoint> braid::rt::loadCheckpoint(const std::string &path) {
  auto text = readInput(path + "/state.json", 1 << 20);
  if (!text)
    return text.status();
  if (!*text)
    return Status::failure(path + "/state.json: is not there");
  Result<CheckpointState> state = parseState(**text);
  if (!state)
    return Status::failure(path + "/state.json: " + state.message());
  Checkpoint checkpoint;
  checkpoint.state = std::move(*state);
  const std::string &step = checkpoint.state["step"];
  auto [stop, error] = std::from_chars(step.data(), step.data() + step.size(), checkpoint.step);
  if (step.empty() || error != std::errc() || stop != step.data() + step.size() || checkpoint.step < 0)
    return Status::failure(path + "/state.json: has no step");
  std::string name = fs::path(path).filename().string();
  if (int64_t named = stepOf(name); named >= 0 && named != checkpoint.step)
    return Status::failure(path + "/state.json: is of step " + step);
  checkpoint.state.erase("step");
  for (auto [part, tensors] : {std::pair{"params", &checkpoint.params},
                               {"optimizer", &checkpoint.optimizer},
                               {"streams", &checkpoint.streams}}) {
    if (tensors == &checkpoint.streams && !checkpoint.state.count(part))
      continue; // texts do not go on
    std::string file = path + "/" + part + ".safetensors";
    Result<TensorFile> read = readSafeTensors(file);
    if (!read)
      return read.status();
    // Older checkpoints have none.
    auto stated = checkpoint.state.find(part);
    if (stated != checkpoint.state.end() && stated->second != checksum(*read))
      return Status::failure(file + ": its numbers are not those that were saved (its checksum is " + checksum(*read) +
                             ", and state.json says " + shown(stated->second) + ")");
    checkpoint.state.erase(part);
    *tensors = std::move(*read);
  }
  return checkpoint;
}

std::optional<Checkpoint> braid::rt::latestCheckpoint(const std::string &folder, std::vector<std::string> &skipped) {
  std::vector<int64_t> steps = checkpointSteps(folder);
  for (size_t i = steps.size(); i-- > 0;) {
    Result<Checkpoint> checkpoint = loadCheckpoint(checkpointPath(folder, steps[i]));
    if (checkpoint)
      return std::move(*checkpoint);
    skipped.push_back(checkpoint.message());
  }
  return std::nullopt;
}
