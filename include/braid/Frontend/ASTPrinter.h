//===- ASTPrinter.h - from syntax trees to text ---------------------------===//
#ifndef BRAID_FRONTEND_ASTPRINTER_H
#define BRAID_FRONTEND_ASTPRINTER_H

#include "braid/Frontend/AST.h"
#include "braid/Support/Source.h"
#include <string>

namespace braid {

/// The formatted text of a file. Comments, blank lines (at most one in a row) and
/// the author's choice of what stands on one line are kept; indentation, spaces
/// and parentheses are settled. Formatting formatted text changes nothing.
std::string print(const ast::File &file, const SourceManager &sources);

/// The tree as text: fully parenthesised, one statement a line, without comments.
/// Equal exactly for files that differ only in layout and comments.
std::string printTree(const ast::File &file, const SourceManager &sources);

} // namespace braid

#endif
