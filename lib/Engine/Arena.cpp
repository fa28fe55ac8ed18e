//===- Arena.cpp - memory that grows and is kept --------------------------===//

#include "Arena.h"
#include <cstdlib>
#include <sys/mman.h>

using namespace braid;

static constexpr size_t hugePage = size_t(2) << 20;

Arena::~Arena() { std::free(data); }

char *Arena::get(size_t bytes) {
  if (data && bytes <= capacity)
    return data;
  std::free(data);
  size_t alignment = bytes >= hugePage ? hugePage : 64;
  capacity = (bytes + alignment) / alignment * alignment; // never empty
  data = static_cast<char *>(std::aligned_alloc(alignment, capacity));
  if (!data)
    capacity = 0;
  else if (alignment == hugePage)
    madvise(data, capacity, MADV_HUGEPAGE); // a wish; failure changes speed only
  return data;
}
