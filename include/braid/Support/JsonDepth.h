//===- JsonDepth.h - how deep a JSON text is nested -----------------------===//
//
// LLVM's reader of JSON recurses without a limit: a damaged file of a few hundred
// kilobytes could use up the stack. Every file is looked at before it is parsed.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_SUPPORT_JSONDEPTH_H
#define BRAID_SUPPORT_JSONDEPTH_H

#include <string_view>

namespace braid {

/// Far more than any file of this project has, far less than a stack holds.
inline constexpr unsigned maxJsonDepth = 100;

/// Whether objects and arrays stand inside each other more than `maxJsonDepth` times. The text need not be valid.
inline bool isTooDeepJson(std::string_view text) {
  unsigned depth = 0;
  bool inString = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (inString) {
      i += c == '\\';
      inString = c != '"';
    } else if (c == '"') {
      inString = true;
    } else if (c == '{' || c == '[') {
      if (++depth > maxJsonDepth)
        return true;
    } else if ((c == '}' || c == ']') && depth) {
      --depth;
    }
  }
  return false;
}

} // namespace braid

#endif
