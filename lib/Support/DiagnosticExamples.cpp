//===- DiagnosticExamples.cpp - a program for every code ------------------===//
#include "braid/Support/DiagnosticExamples.h"

namespace braid {

/// Most diagnostics are one statement's; this is the program around it.
static std::string framed(const std::string &declarations, const std::string &statements) {
  std::string text = "config { vocab = 16  dim = 8  heads = 2 }\n";
  text += declarations + (declarations.empty() ? "" : "\n");
  text += "model example(tokens: id[vocab]) {\n"
          "  param embed: [vocab, dim] = normal(0.02)\n"
          "  let e = embed[tokens]\n"
          "  stream x: [dim] = e with add\n";
  if (!statements.empty()) {
    text += "  ";
    for (char c : statements)
      text += c == '\n' ? std::string("\n  ") : std::string(1, c);
    text += "\n";
  }
  return text + "  return dot[dim](x, embed)\n}\n";
}

static std::string ended(const std::string &text) { return text.empty() ? text : text + "\n"; }

std::optional<DiagnosticExample> exampleOf(const std::string &code) {
#define BODY(CODE, DECLARATIONS_, WRONG, RIGHT)                                                                        \
  if (code == #CODE)                                                                                                   \
    return DiagnosticExample{framed(DECLARATIONS_, WRONG), framed(DECLARATIONS_, RIGHT), "", ""};
#define DECLARATIONS(CODE, WRONG, RIGHT, STATEMENTS)                                                                   \
  if (code == #CODE)                                                                                                   \
    return DiagnosticExample{framed(WRONG, STATEMENTS), framed(RIGHT, STATEMENTS), "", ""};
#define SETTING(CODE, WRONG, RIGHT)                                                                                    \
  if (code == #CODE)                                                                                                   \
    return DiagnosticExample{framed("", ""), framed("", ""), WRONG, RIGHT};
#define PROGRAM(CODE, WRONG, RIGHT)                                                                                    \
  if (code == #CODE)                                                                                                   \
    return DiagnosticExample{ended(WRONG), ended(RIGHT), "", ""};
#include "DiagnosticExamples.def"
  return std::nullopt;
}

} // namespace braid
