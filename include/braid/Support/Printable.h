//===- Printable.h - foreign text in messages -----------------------------===//
//
// A program or a module may be any file, and its names and lines are shown in messages. What is no
// printable text must not reach a terminal, and a line of a megabyte must not be shown in full.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_SUPPORT_PRINTABLE_H
#define BRAID_SUPPORT_PRINTABLE_H

#include <string>
#include <string_view>

namespace braid {

/// Text for the middle of a message, in one line: bytes that cannot be printed as `\x1b`, and of long text the
/// beginning.
std::string printable(std::string_view text);
/// A whole message, maybe of several lines: the same, and of a long one the beginning and the end.
std::string printableMessage(std::string_view text);

/// A line of a file as it is shown, and what stands under it. One character, however many bytes it has, takes one
/// column; tabs of the line stay in `pad`; of a long line only the part around the mark is shown.
struct MarkedLine {
  std::string text, pad, mark; ///< `mark`: `^~~`
};
/// Marks `length` bytes from `column`, counted from 0.
MarkedLine markedLine(std::string_view line, size_t column, size_t length);

} // namespace braid

#endif
