//===- Lexer.h - the words of a program -----------------------------------===//
#ifndef BRAID_LIB_FRONTEND_LEXER_H
#define BRAID_LIB_FRONTEND_LEXER_H

#include "braid/Frontend/AST.h"
#include "braid/Support/Diagnostics.h"
#include "braid/Support/Source.h"
#include <string_view>
#include <vector>

namespace braid::syntax {

enum class Tok : uint8_t {
  End,
  Ident,
  Number,
  String,
  // Words that no name may have.
  Import,
  Config,
  Axis,
  Fn,
  Layer,
  Connection,
  Model,
  Let,
  Param,
  Carry,
  Stream,
  For,
  If,
  Else,
  Return,
  Read,
  Write,
  Observe,
  AuxLoss,
  Use,
  With,
  By,
  Over,
  Fold,
  Each,
  Later, ///< kept for constructs to come: repeat, until
  // Signs.
  LParen,
  RParen,
  LBracket,
  RBracket,
  LBrace,
  RBrace,
  Comma,
  Colon,
  Dot,
  DotDot,
  Assign,
  LArrow,
  RArrow,
  Bar,
  Plus,
  Minus,
  Star,
  Slash,
  Percent,
  Caret,
  Not,
  EqEq,
  NotEq,
  Less,
  LessEq,
  Greater,
  GreaterEq,
  AndAnd,
  OrOr,
};

struct Token {
  Tok kind = Tok::End;
  bool firstOnLine = false;
  uint32_t begin = 0, end = 0;
  std::string_view text; ///< in the source manager
};

struct Tokens {
  std::vector<Token> tokens; ///< the last one is Tok::End
  std::vector<ast::Comment> comments;
};

/// Splits a file into words; characters and strings that are none are reported and skipped.
Tokens tokenize(const SourceManager &sources, uint32_t file, DiagnosticEngine &diagnostics);

/// How a message calls a kind of token: "`)`", "a name".
std::string_view spelling(Tok kind);

} // namespace braid::syntax

#endif
