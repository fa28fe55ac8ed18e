//===- Crossing.h - blocks that run side by side --------------------------===//
//
// Blocks of a launch may run at the same time as long as none reads or writes what another one
// writes: then their order cannot matter, and the result is that of blocks one after another. Here is
// kept who touched what, and what stores overwrote: when two blocks meet, or when a check finds
// something, all is put back and the blocks run one after another, which gives the same report always.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_EMULATOR_CROSSING_H
#define BRAID_LIB_EMULATOR_CROSSING_H

#include "braid/Emulator/Memory.h"
#include <atomic>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace braid::emu {

class Crossing {
public:
  explicit Crossing(uint64_t blocks) : blocks(blocks) {}

  /// The next place in the order of blocks; `end` when there is none.
  uint64_t next() {
    uint64_t place = taken.fetch_add(1, std::memory_order_relaxed);
    return place < blocks && !gaveUp() ? place : end;
  }
  static constexpr uint64_t end = ~uint64_t(0), maxBlocks = (1u << 30) - 2;

  /// What is known of one buffer.
  struct Range {
    Buffer *buffer;
    /// One word for two bytes; see Crossing.cpp.
    LazyBytes words;
    /// For every page, whether its contents before the launch are kept.
    LazyBytes kept;
  };
  Range &of(Buffer &buffer);
  /// Called before a block's access. False if it meets another block.
  bool touch(Range &range, const uint8_t *pointer, uint64_t size, uint64_t block, bool store);

  /// The blocks must run one after another.
  void giveUp() { abandoned.store(true, std::memory_order_relaxed); }
  bool gaveUp() const { return abandoned.load(std::memory_order_relaxed); }
  /// Once nothing runs any more: memory as it was before the launch.
  void undo();

private:
  void keep(Range &range, size_t page);
  struct Page {
    Range *range;
    size_t page;
    std::vector<uint8_t> bytes, written;
  };
  const uint64_t blocks;
  std::atomic<uint64_t> taken = 0;
  std::atomic<bool> abandoned = false;
  std::mutex mutex;
  std::unordered_map<Buffer *, std::unique_ptr<Range>> ranges;
  std::vector<Page> pages;
};

} // namespace braid::emu

#endif
