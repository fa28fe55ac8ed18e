//===- Nesting.cpp - how deep the text of a module is nested --------------===//

#include "braid/Support/Nesting.h"
#include <algorithm>

namespace braid {

unsigned lineOfTooDeepNesting(std::string_view text) {
  if (text.starts_with("ML\xefR") || text.starts_with("BC\xc0\xde")) // MLIR's and LLVM's bytecode have no brackets
    return 0;
  unsigned line = 1, depth = 0;
  for (size_t i = 0; i < text.size(); ++i)
    switch (text[i]) {
    case '\n': ++line; break;
    case '"': // to its end, or to that of the line, where the reader complains
      for (++i; i < text.size() && text[i] != '"' && text[i] != '\n'; ++i)
        i += text[i] == '\\';
      line += i < text.size() && text[i] == '\n';
      break;
    case '/':
      if (text.substr(i).starts_with("//"))
        i = std::min(text.find('\n', i), text.size()) - 1;
      break;
    case '(':
    case '[':
    case '{':
    case '<':
      if (++depth > maxModuleNesting)
        return line;
      break;
    case '>':
      if (i > 0 && text[i - 1] == '-') // an arrow
        break;
      [[fallthrough]];
    case ')':
    case ']':
    case '}': depth -= depth > 0; break;
    default: break;
    }
  return 0;
}

std::string tooDeepNesting(std::string_view name, std::string_view text) {
  unsigned line = lineOfTooDeepNesting(text);
  return line ? "`" + std::string(name) + "`, line " + std::to_string(line) + ": brackets are nested more than " +
                    std::to_string(maxModuleNesting) + " deep"
              : "";
}

} // namespace braid
