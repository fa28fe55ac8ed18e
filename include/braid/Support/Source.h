//===- Source.h - the files of a compilation and places in them -----------===//
#ifndef BRAID_SUPPORT_SOURCE_H
#define BRAID_SUPPORT_SOURCE_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace braid {

/// Half-open byte range in one file of a SourceManager.
struct SourceRange {
  uint32_t file = 0, begin = 0, end = 0;
};

/// Line and column, from 1; columns count bytes.
struct LineColumn {
  uint32_t line = 1, column = 1;
};

/// What UTF-8 text of some editors begins with; white space to us.
inline constexpr std::string_view byteOrderMark = "\xef\xbb\xbf";

/// Owns the text of every file read.
class SourceManager {
public:
  /// Adds a file's text, without a byte-order mark, under the name shown to users; returns its index.
  uint32_t add(std::string name, std::string text);
  std::string_view name(uint32_t file) const { return files[file].name; }
  std::string_view text(uint32_t file) const { return files[file].text; }
  LineColumn locate(uint32_t file, uint32_t offset) const;
  /// The text of a line (from 1), without its end.
  std::string_view line(uint32_t file, uint32_t number) const;
  uint32_t size() const { return uint32_t(files.size()); }

private:
  struct File {
    std::string name, text;
    std::vector<uint32_t> lineStarts;
  };
  std::vector<File> files;
};

} // namespace braid

#endif
