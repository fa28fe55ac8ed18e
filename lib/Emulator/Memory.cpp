//===- Memory.cpp - the emulated GPU's global memory ----------------------===//

#include "braid/Emulator/Memory.h"
#include <cstring>
#include <sys/mman.h>

using namespace braid::emu;

LazyBytes::LazyBytes(size_t size, bool below4GiB) : length(size ? size : 1) {
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
#ifdef MAP_32BIT
  flags |= below4GiB ? MAP_32BIT : 0;
#endif
  void *pages = mmap(nullptr, length, PROT_READ | PROT_WRITE, flags, -1, 0);
  if (pages == MAP_FAILED)
    llvm::report_bad_alloc_error("the emulator's memory");
  bytes = static_cast<uint8_t *>(pages);
#ifdef MADV_HUGEPAGE
  // Shadows of large buffers are mostly touched from end to end.
  if (length >= 8 << 20)
    madvise(bytes, length, MADV_HUGEPAGE);
#endif
}

LazyBytes &LazyBytes::operator=(LazyBytes &&other) noexcept {
  std::swap(bytes, other.bytes);
  std::swap(length, other.length);
  return *this;
}

LazyBytes::~LazyBytes() {
  if (bytes)
    munmap(bytes, length);
}

void LazyBytes::clear() {
  if (bytes)
    madvise(bytes, length, MADV_DONTNEED);
}

/// Unmapped addresses around every buffer, so that an index that is wrong by rows lands in none.
static constexpr size_t gap = 1 << 20;

void *Memory::allocate(size_t bytes, llvm::StringRef name) {
  LazyBytes pages(bytes + 2 * gap);
  uint8_t *base = pages.data() + gap;
  mprotect(pages.data(), gap, PROT_NONE);
  Buffer &buffer = add(base, bytes, name);
  buffer.pages = std::move(pages);
  buffer.written = LazyBytes(bytes);
  return base;
}

Buffer &Memory::add(uint8_t *base, size_t bytes, llvm::StringRef name) {
  auto buffer = std::make_unique<Buffer>();
  buffer->index = made++;
  buffer->name = name.empty() ? "buffer " + std::to_string(buffer->index) : name.str();
  buffer->base = base;
  buffer->size = bytes;
  return *(buffers[base] = std::move(buffer));
}

llvm::Error Memory::release(void *pointer) {
  auto found = buffers.find(static_cast<uint8_t *>(pointer));
  if (found == buffers.end() || !found->second->pages)
    return llvm::createStringError("free of %p, which is no allocation of the emulator", pointer);
  buffers.erase(found);
  return llvm::Error::success();
}

llvm::Error Memory::registerHost(void *pointer, size_t bytes, llvm::StringRef name) {
  auto *base = static_cast<uint8_t *>(pointer);
  auto next = buffers.upper_bound(base);
  bool overlaps = next != buffers.end() && next->second->base < base + bytes;
  if (next != buffers.begin()) {
    const Buffer &before = *std::prev(next)->second;
    // The same range again is no mistake: programs register a buffer before every use.
    if (before.base == base && before.size == bytes && !before.pages)
      return llvm::Error::success();
    overlaps |= before.base + before.size > base;
  }
  if (overlaps)
    return llvm::createStringError("the host range at %p of %zu bytes overlaps a buffer", pointer, bytes);
  add(base, bytes, name);
  return llvm::Error::success();
}

llvm::Error Memory::unregisterHost(void *pointer) {
  auto found = buffers.find(static_cast<uint8_t *>(pointer));
  if (found == buffers.end() || found->second->pages)
    return llvm::createStringError("%p is no registered range of the host", pointer);
  buffers.erase(found);
  return llvm::Error::success();
}

void Memory::copy(void *destination, const void *source, size_t bytes) {
  std::memmove(destination, source, bytes);
  markWritten(destination, bytes);
  // A copy of unwritten bytes is unwritten.
  Buffer *from = find(source), *to = find(destination);
  if (from && to && from->written && to->written) {
    auto *source8 = static_cast<const uint8_t *>(source);
    auto *destination8 = static_cast<uint8_t *>(destination);
    size_t inside = std::min<size_t>(
        {bytes, size_t(from->base + from->size - source8), size_t(to->base + to->size - destination8)});
    std::memmove(to->written.data() + (destination8 - to->base), from->written.data() + (source8 - from->base), inside);
  }
}

void Memory::fill(void *destination, uint8_t value, size_t bytes) {
  std::memset(destination, value, bytes);
  markWritten(destination, bytes);
}

void Memory::markWritten(const void *pointer, size_t bytes) {
  Buffer *buffer = find(pointer);
  if (!buffer || !buffer->written)
    return;
  size_t offset = size_t(static_cast<const uint8_t *>(pointer) - buffer->base);
  std::memset(buffer->written.data() + offset, 1, std::min(bytes, buffer->size - offset));
}

Buffer *Memory::find(const void *pointer) {
  auto *p = static_cast<const uint8_t *>(pointer);
  auto next = buffers.upper_bound(p);
  if (next == buffers.begin())
    return nullptr;
  Buffer *buffer = std::prev(next)->second.get();
  return buffer->contains(p) ? buffer : nullptr;
}

Buffer *Memory::nearest(const void *pointer) {
  auto *p = static_cast<const uint8_t *>(pointer);
  auto next = buffers.upper_bound(p);
  Buffer *above = next == buffers.end() ? nullptr : next->second.get();
  Buffer *below = next == buffers.begin() ? nullptr : std::prev(next)->second.get();
  if (!above || !below)
    return above ? above : below;
  return size_t(p - (below->base + below->size)) <= size_t(above->base - p) ? below : above;
}
