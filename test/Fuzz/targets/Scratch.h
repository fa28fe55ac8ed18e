//===- Scratch.h - files for readers of files -----------------------------===//
#ifndef BRAID_TEST_FUZZ_TARGETS_SCRATCH_H
#define BRAID_TEST_FUZZ_TARGETS_SCRATCH_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace braid::fuzz {

/// A folder of this process, in TMPDIR or /tmp; it goes when the process ends by itself.
const std::string &scratchFolder();
/// Writes a file of that folder, and the folders that it lies in; returns its path.
std::string scratchFile(const std::string &name, std::string_view text);

inline std::string_view textOf(const uint8_t *data, size_t size) {
  return {reinterpret_cast<const char *>(data), size};
}

} // namespace braid::fuzz

#endif
