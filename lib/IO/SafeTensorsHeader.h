//===- SafeTensorsHeader.h - the JSON header of a safetensors file --------===//
#ifndef BRAID_LIB_IO_SAFETENSORSHEADER_H
#define BRAID_LIB_IO_SAFETENSORSHEADER_H

#include "braid/IO/SafeTensors.h"

namespace braid::rt {

/// What the header says about one tensor: checked in itself, not yet against the others.
struct HeaderEntry {
  std::string name;
  DType dtype;
  std::string otherType; ///< its name, where the type is `Other`
  std::vector<int64_t> shape;
  uint64_t begin, end; ///< offsets into the data
};

struct Header {
  std::vector<HeaderEntry> entries;
  std::map<std::string, std::string> metadata;
};

/// Reads the header's text. A failure's message names the tensor, not the file. Types that are not known are `Other` if
/// `keepOthers`.
Result<Header> parseHeader(const char *text, uint64_t size, bool keepOthers);

/// `text` as a JSON string, with quotes. Bytes that are not UTF-8 must not be in it.
std::string quoted(const std::string &text);

/// As above for messages: control characters are escaped, long names cut.
std::string shown(const std::string &name);

} // namespace braid::rt

#endif
