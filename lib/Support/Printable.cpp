//===- Printable.cpp - foreign text in messages ---------------------------===//

#include "braid/Support/Printable.h"
#include <algorithm>

namespace braid {

static bool continuesCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// Columns of a line that are shown, bytes of text in the middle of a message, and of a message.
static constexpr size_t maxColumns = 160, maxArgument = 400, maxMessage = 4000;

/// The bytes of the character at `i`; 0 if it is a control character (but a tab) or no UTF-8.
static size_t characterAt(std::string_view text, size_t i) {
  unsigned char c = static_cast<unsigned char>(text[i]);
  if (c < 0x80)
    return (c >= 0x20 && c != 0x7f) || c == '\t' ? 1 : 0;
  size_t size = c >= 0xf0 && c < 0xf5 ? 4 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xc2 && c < 0xe0 ? 2 : 0;
  if (size == 0 || i + size > text.size())
    return 0;
  for (size_t k = 1; k < size; ++k)
    if (!continuesCharacter(text[i + k]))
      return 0;
  return size == 2 && c == 0xc2 && static_cast<unsigned char>(text[i + 1]) < 0xa0 ? 0 : size;
}

static std::string printable(std::string_view text, bool lines) {
  std::string result;
  for (size_t i = 0; i < text.size();) {
    if (size_t size = lines && text[i] == '\n' ? 1 : characterAt(text, i)) {
      result += text.substr(i, size);
      i += size;
    } else {
      const char *digits = "0123456789abcdef";
      unsigned char c = static_cast<unsigned char>(text[i++]);
      result += {'\\', 'x', digits[c >> 4], digits[c & 15]};
    }
  }
  return result;
}

/// The first place at or after `i` at which a character starts.
static size_t startOfCharacter(std::string_view text, size_t i) {
  while (i < text.size() && continuesCharacter(text[i]))
    ++i;
  return i;
}

std::string printable(std::string_view text) {
  size_t end = startOfCharacter(text, std::min(text.size(), maxArgument));
  return printable(text.substr(0, end), /*lines=*/false) + (end < text.size() ? "…" : "");
}

std::string printableMessage(std::string_view text) {
  if (text.size() <= maxMessage)
    return printable(text, /*lines=*/true);
  // The subject of a sentence stands at its beginning, what is wrong with it often at its end.
  size_t head = startOfCharacter(text, maxMessage / 4 * 3), tail = startOfCharacter(text, text.size() - maxMessage / 4);
  return printable(text.substr(0, head), true) + " … " + printable(text.substr(tail), true);
}

MarkedLine markedLine(std::string_view line, size_t column, size_t length) {
  column = std::min(column, line.size());
  // Of a long line, what is around the caret.
  size_t begin = 0, stop = line.size();
  if (line.size() > maxColumns) {
    begin = column > maxColumns / 2 ? std::min(column - maxColumns / 2, line.size() - maxColumns) : 0;
    for (int k = 0; k < 3 && begin > 0 && continuesCharacter(line[begin]); ++k)
      --begin;
    stop = std::min(line.size(), begin + maxColumns);
    for (int k = 0; k < 3 && stop < line.size() && continuesCharacter(line[stop]); ++k)
      ++stop;
  }
  size_t end = column + std::min(length, stop - std::min(column, stop));
  MarkedLine result{begin > 0 ? "…" : "", begin > 0 ? " " : "", ""};
  size_t width = 0;
  for (size_t i = begin; i < stop;) {
    size_t size = characterAt(line, i);
    if (size)
      result.text += line.substr(i, size);
    else
      result.text += "\uFFFD";
    if (i < column)
      result.pad += line[i] == '\t' ? '\t' : ' ';
    else
      width += i < end;
    i += size ? size : 1;
  }
  if (stop < line.size())
    result.text += "…";
  result.mark = "^" + std::string(width > 1 ? width - 1 : 0, '~');
  return result;
}

} // namespace braid
