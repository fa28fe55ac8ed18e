//===- Formats.h - how buffers store numbers ------------------------------===//
//
// What Formats.def says, as templates over the enum: each dialect has its own.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_SUPPORT_FORMATS_H
#define BRAID_SUPPORT_FORMATS_H

#include <cstdint>

namespace braid {

/// Bytes of one number.
template <typename Format> constexpr int64_t formatBytes(Format format) {
  switch (format) {
#define FORMAT(NAME, WORD, BYTES, C)                                                                                   \
  case Format::NAME: return BYTES;
#include "braid/Support/Formats.def"
  }
  __builtin_unreachable();
}

/// The same format of another enum.
template <typename To, typename From> constexpr To sameFormat(From format) {
  switch (format) {
#define FORMAT(NAME, WORD, BYTES, C)                                                                                   \
  case From::NAME: return To::NAME;
#include "braid/Support/Formats.def"
  }
  __builtin_unreachable();
}

} // namespace braid

#endif
