//===- Crossing.cpp - blocks that run side by side ------------------------===//
//
// A word says who touched its two bytes: nobody (0), blocks that read (`manyRead`, or the number of
// the only one), or one block that wrote.
//
//===----------------------------------------------------------------------===//

#include "Crossing.h"
#include <cstring>

using namespace braid::emu;

static constexpr uint32_t manyRead = 3;
static constexpr uint32_t readBy(uint64_t block) { return uint32_t(block + 1) << 2 | 1; }
static constexpr uint32_t writtenBy(uint64_t block) { return uint32_t(block + 1) << 2 | 2; }
static constexpr size_t pageSize = 4096;

Crossing::Range &Crossing::of(Buffer &buffer) {
  std::lock_guard guard(mutex);
  std::unique_ptr<Range> &range = ranges[&buffer];
  if (!range)
    range = std::make_unique<Range>(
        Range{&buffer, LazyBytes((buffer.size / 2 + 1) * sizeof(uint32_t)), LazyBytes(buffer.size / pageSize + 1)});
  return *range;
}

bool Crossing::touch(Range &range, const uint8_t *pointer, uint64_t size, uint64_t block, bool store) {
  size_t offset = size_t(pointer - range.buffer->base), last = offset + size - 1;
  auto *words = reinterpret_cast<std::atomic<uint32_t> *>(range.words.data());
  const uint32_t mine = store ? writtenBy(block) : readBy(block);
  for (size_t i = offset / 2; i <= last / 2; ++i) {
    uint32_t seen = words[i].load(std::memory_order_relaxed);
    while (seen != mine) {
      if (!store && (seen == manyRead || seen == writtenBy(block)))
        break;
      uint32_t next = mine;
      if (!store && (seen & 3) == 1)
        next = manyRead;
      else if (seen && seen != readBy(block))
        return false;
      if (words[i].compare_exchange_weak(seen, next, std::memory_order_relaxed))
        break;
    }
  }
  if (store)
    for (size_t page = offset / pageSize; page <= last / pageSize; ++page)
      if (!reinterpret_cast<std::atomic<uint8_t> *>(range.kept.data())[page].load(std::memory_order_acquire))
        keep(range, page);
  return true;
}

void Crossing::keep(Range &range, size_t page) {
  std::lock_guard guard(mutex);
  auto &kept = reinterpret_cast<std::atomic<uint8_t> *>(range.kept.data())[page];
  if (kept.load(std::memory_order_relaxed))
    return;
  size_t begin = page * pageSize, length = std::min(pageSize, range.buffer->size - begin);
  auto copy = [&](const uint8_t *from) { return std::vector<uint8_t>(from + begin, from + begin + length); };
  pages.push_back({&range, page, copy(range.buffer->base),
                   range.buffer->written ? copy(range.buffer->written.data()) : std::vector<uint8_t>()});
  kept.store(1, std::memory_order_release);
}

void Crossing::undo() {
  for (const Page &page : pages) {
    const Buffer &buffer = *page.range->buffer;
    std::memcpy(buffer.base + page.page * pageSize, page.bytes.data(), page.bytes.size());
    if (buffer.written)
      std::memcpy(buffer.written.data() + page.page * pageSize, page.written.data(), page.written.size());
  }
}
