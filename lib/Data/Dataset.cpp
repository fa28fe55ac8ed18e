//===- Dataset.cpp - drawing samples from a file of tokens ----------------===//
//
// A shuffled epoch is a permutation of the windows that is never stored: a Feistel
// network over the next power of four, walked until it lands inside the range.
//
//===----------------------------------------------------------------------===//

#include "braid/Data/Dataset.h"
#include "braid/Support/Random.h"
#include <algorithm>

using namespace braid::rt;

/// A number below `bound` for a counter; the bias (2^-64 · bound) is far below notice.
static int64_t draw(uint64_t key, uint64_t counter, int64_t bound) {
  PhiloxBlock block = philox(key, uint32_t(counter), uint32_t(counter >> 32), 0, 0);
  uint64_t word = uint64_t(block.words[0]) | uint64_t(block.words[1]) << 32;
  return int64_t((static_cast<unsigned __int128>(word) * uint64_t(bound)) >> 64);
}

/// Where `index` goes in permutation number `epoch` of 0 … count-1.
static int64_t permuted(uint64_t key, uint64_t epoch, int64_t index, int64_t count) {
  int half = 1;
  while ((int64_t(1) << (2 * half)) < count)
    ++half;
  uint32_t mask = uint32_t((uint64_t(1) << half) - 1);
  uint64_t value = uint64_t(index);
  do {
    uint32_t left = uint32_t(value >> half), right = uint32_t(value) & mask;
    for (uint32_t round = 0; round < 6; ++round) {
      uint32_t mixed = philox(key, right, round, uint32_t(epoch), uint32_t(epoch >> 32)).words[0] & mask;
      uint32_t next = left ^ mixed;
      left = right;
      right = next;
    }
    value = uint64_t(left) << half | right;
  } while (value >= uint64_t(count));
  return int64_t(value);
}

Result<Dataset> Dataset::create(std::shared_ptr<TokenFile> file, int64_t time, uint64_t seed, SampleOrder order) {
  if (time <= 0)
    return Status::failure(file->path() + ": a window needs at least one token");
  if (file->size() < time + 1)
    return Status::failure(file->path() + ": has " + std::to_string(file->size()) + " tokens; a window of " +
                           std::to_string(time) + " and the token after it need " + std::to_string(time + 1));
  return Dataset(std::move(file), time, seed, order);
}

int64_t Dataset::startOf(int64_t index) const {
  if (order == SampleOrder::Random)
    return draw(streamKey(seed, "data"), uint64_t(index), source->size() - windowTime);
  int64_t windows = (source->size() - 1) / windowTime;
  return permuted(streamKey(seed, "epoch"), uint64_t(index / windows), index % windows, windows) * windowTime;
}

Status Dataset::window(int64_t start, int32_t *tokens, int32_t *targets) const {
  int64_t there = std::min(windowTime + 1, source->size() - start);
  std::vector<uint32_t> read(size_t(std::max<int64_t>(there, 0)));
  if (Status status = source->read(start, int64_t(read.size()), read.data()); !status)
    return status;
  for (int64_t i = 0; i < windowTime; ++i) {
    bool inside = i + 1 < there;
    tokens[i] = inside ? int32_t(read[size_t(i)]) : 0;
    targets[i] = inside ? int32_t(read[size_t(i + 1)]) : -1;
  }
  return Status::success();
}

Status Dataset::sample(int64_t index, int32_t *tokens, int32_t *targets) const {
  return window(startOf(index), tokens, targets);
}

Status Dataset::batch(int64_t index, int64_t batch, int32_t *tokens, int32_t *targets) const {
  for (int64_t b = 0; b < batch; ++b)
    if (Status status = sample(index + b, tokens + b * windowTime, targets + b * windowTime); !status)
      return status;
  return Status::success();
}

int64_t Dataset::evaluationWindows() const { return (source->size() - 1 + windowTime - 1) / windowTime; }

Status Dataset::evaluationWindow(int64_t index, int32_t *tokens, int32_t *targets) const {
  return window(index * windowTime, tokens, targets);
}
