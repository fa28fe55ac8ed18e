//===- Cursor.h - places in the tokens of a file --------------------------===//
//
// What the grammar reads from: a place in the tokens, the predicates by which it
// accepts one, and how it goes on after an error.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_FRONTEND_CURSOR_H
#define BRAID_LIB_FRONTEND_CURSOR_H

#include "Lexer.h"
#include <cstddef>
#include <iterator>

namespace braid::syntax {

/// Levels of nesting that the parser's recursion goes to, and levels of a tree, which the walks over it
/// go to: a chain of operators is parsed by a loop, but makes a tree as deep as it is long.
constexpr unsigned maxDepth = 256, maxHeight = 1000;

/// Thrown where a text goes beyond that; ends the parse of the file.
struct TooDeep {
  const Token *at;
  unsigned limit;
};

/// What one parse needs at hand, and how far it got before something did not fit.
struct State {
  uint32_t file;
  DiagnosticEngine &diagnostics;
  const Token *first; ///< of the file
  const Token *furthest = nullptr;
  std::vector<std::string> wanted = {}; ///< there
  unsigned depth = 0;                   ///< levels around this place
  unsigned height = 0;                  ///< levels of what has been read of this one, at least

  void miss(const Token *at, std::string_view what) {
    if (at < furthest)
      return;
    if (at > furthest)
      wanted.clear();
    furthest = at;
    for (const std::string &w : wanted)
      if (w == what)
        return;
    wanted.emplace_back(what);
  }
};

/// A place in the tokens. The last token is Tok::End, so every place can be looked at.
struct Cursor {
  using iterator_category = std::forward_iterator_tag;
  using value_type = Token;
  using difference_type = std::ptrdiff_t;
  using pointer = const Token *;
  using reference = const Token &;

  const Token *at = nullptr;
  State *state = nullptr;

  reference operator*() const { return *at; }
  pointer operator->() const { return at; }
  Cursor &operator++() {
    ++at;
    return *this;
  }
  Cursor operator++(int) {
    Cursor old = *this;
    ++at;
    return old;
  }
  bool operator==(const Cursor &other) const { return at == other.at; }
  bool operator!=(const Cursor &other) const { return at != other.at; }
};

//===----------------------------------------------------------------------===//
// Predicates
//===----------------------------------------------------------------------===//

struct IsKind {
  Tok kind;
  bool operator()(const Token &t) const { return t.kind == kind; }
};
struct IsKindHere : IsKind { ///< on the line where the text before it ended
  bool operator()(const Token &t) const { return t.kind == kind && !t.firstOnLine; }
};
struct IsWord {
  std::string_view text;
  bool operator()(const Token &t) const { return t.kind == Tok::Ident && t.text == text; }
};
struct IsBinary {
  bool operator()(const Token &t) const {
    return (t.kind >= Tok::Plus && t.kind <= Tok::Percent) || t.kind >= Tok::EqEq;
  }
};
struct IsSign {
  bool operator()(const Token &t) const { return t.kind == Tok::Minus || t.kind == Tok::Not; }
};
struct IsLabelStart { ///< a name followed by a colon
  bool operator()(const Token &t) const { return t.kind == Tok::Ident && (&t)[1].kind == Tok::Colon; }
};
struct IsSiteStart { ///< a name followed by what only a `<-` statement has there
  bool operator()(const Token &t) const {
    Tok next = (&t)[1].kind;
    return t.kind == Tok::Ident && (next == Tok::LArrow || next == Tok::By || next == Tok::Over);
  }
};
struct IsReadStart : IsSiteStart {
  bool operator()(const Token &t) const { return IsSiteStart::operator()(t) && (&t)[1].kind != Tok::LArrow; }
};
/// The token after the bracket that closes the one at `t`, and whether there is an
/// arrow directly between them. Looking ahead keeps nested indices linear.
struct Bracketed {
  const Token *after;
  bool arrow = false;
  explicit Bracketed(const Token &t) : after(&t) {
    int open = 0;
    do {
      open += after->kind == Tok::LBracket || after->kind == Tok::LParen || after->kind == Tok::LBrace;
      open -= after->kind == Tok::RBracket || after->kind == Tok::RParen || after->kind == Tok::RBrace;
      arrow |= open == 1 && after->kind == Tok::RArrow;
    } while (after++->kind != Tok::End && open > 0);
    if (open > 0)
      --after;
  }
};
struct IsCallBracket : IsKindHere { ///< `[a]` of `f[a](x)`
  bool operator()(const Token &t) const {
    if (!IsKindHere::operator()(t))
      return false;
    Bracketed b(t);
    return b.after->kind == Tok::LParen && !b.after->firstOnLine;
  }
};
struct IsRenamingBracket : IsKindHere { ///< `[a -> b]`
  bool operator()(const Token &t) const { return IsKindHere::operator()(t) && Bracketed(t).arrow; }
};
struct IsNamedStart { ///< a name followed by `=`
  bool operator()(const Token &t) const { return t.kind == Tok::Ident && (&t)[1].kind == Tok::Assign; }
};
struct IsScalarStart {
  bool operator()(const Token &t) const {
    return t.kind == Tok::Number || t.kind == Tok::LParen || t.kind == Tok::Ident;
  }
};
struct StartsNextDecl { ///< what can only be the next declaration: the block before it lacks its end
  bool operator()(const Token &t) const;
};

//===----------------------------------------------------------------------===//
// After an error
//===----------------------------------------------------------------------===//

/// Reports what was wanted where the parse that began at `begin` got stuck.
void reportAt(State &state, const Token *begin);
/// Over the rest of the statement: to the `}` that ends its block, to the next
/// statement, or to the next declaration.
void skipStatement(Cursor &first, const Cursor &last);
/// To the end of the declaration's braces, or to the next declaration.
void skipDecl(Cursor &first, const Cursor &last);

} // namespace braid::syntax

#endif
