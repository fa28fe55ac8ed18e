//===- Parser.h - from text to syntax trees -------------------------------===//
#ifndef BRAID_FRONTEND_PARSER_H
#define BRAID_FRONTEND_PARSER_H

#include "braid/Frontend/AST.h"
#include "braid/Support/Diagnostics.h"
#include "braid/Support/Source.h"
#include <optional>

namespace braid {

/// Parses one file of `sources`. All syntax errors of the file are reported;
/// if there is one there is no tree. Throws nothing.
std::optional<ast::File> parse(const SourceManager &sources, uint32_t file, DiagnosticEngine &diagnostics);

} // namespace braid

#endif
