//===- Require.h - what must hold for every input -------------------------===//
#ifndef BRAID_TEST_FUZZ_TARGETS_REQUIRE_H
#define BRAID_TEST_FUZZ_TARGETS_REQUIRE_H

#include <cstdio>
#include <cstdlib>

namespace braid::fuzz {

/// Ends the process as a crash does, with the sentence that does not hold.
inline void require(bool holds, const char *sentence) {
  if (holds)
    return;
  std::fprintf(stderr, "this does not hold: %s\n", sentence);
  std::abort();
}

} // namespace braid::fuzz

#endif
