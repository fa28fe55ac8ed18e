//===- Arena.h - memory that grows and is kept ----------------------------===//
#ifndef BRAID_LIB_ENGINE_ARENA_H
#define BRAID_LIB_ENGINE_ARENA_H

#include <cstddef>

namespace braid {

/// 64-byte aligned memory; large ones are aligned for huge pages and ask for them.
class Arena {
public:
  Arena() = default;
  ~Arena();
  Arena(const Arena &) = delete;
  Arena &operator=(const Arena &) = delete;
  /// At least `bytes`; the contents are lost when it grows. Null when there is no memory.
  char *get(size_t bytes);
  size_t bytes() const { return capacity; }

private:
  char *data = nullptr;
  size_t capacity = 0;
};

} // namespace braid

#endif
