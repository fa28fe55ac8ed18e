//===- Recovery.cpp - syntax errors, and how parsing goes on --------------===//
//
// The place of an error is the furthest one that no rule could pass; what is
// reported as expected is everything that was tried there.
//
//===----------------------------------------------------------------------===//
#include "Cursor.h"
#include <algorithm>

namespace braid::syntax {

/// What a name may stand for, as the grammar calls it.
static const char *const namePlaces[] = {"a name",   "an axis", "an expression", "an argument",
                                         "an index", "a view",  "a type"};

static bool isWord(const Token *t) { return t->kind >= Tok::Import && t->kind <= Tok::Each; }

static bool isWanted(const State &state, const char *what) {
  return std::find(state.wanted.begin(), state.wanted.end(), what) != state.wanted.end();
}

/// The word of the language that was meant as a name, or null: `begin` starts the statement, nothing was expected at
/// `at`.
static const Token *wordAsName(const State &state, const Token *begin, const Token *at) {
  // A word at the start of a line begins a statement; one before `=` was meant as a name.
  const Token *word = isWord(at) && (!at->firstOnLine || at == begin)               ? at
                      : at->kind == Tok::Assign && at == begin + 1 && isWord(begin) ? begin
                                                                                    : nullptr;
  bool isName = word && (word == begin || std::any_of(std::begin(namePlaces), std::end(namePlaces),
                                                      [&](const char *place) { return isWanted(state, place); }));
  return isName ? word : nullptr;
}

/// What was meant by those who know other languages.
static std::string meant(const State &state, const Token *begin, const Token *at) {
  if (const Token *word = wordAsName(state, begin, at))
    return "`" + std::string(word->text) + "` is a word of the language, which no name can be";
  if ((at->kind == Tok::LParen && begin->kind == Tok::Let && isWanted(state, "a name")) ||
      (at->kind == Tok::Comma && (begin->kind == Tok::Return || (begin->kind == Tok::Let && at == begin + 2))))
    return severalValues;
  if (at > state.first && at[-1].kind == Tok::Stream && isWanted(state, "`[`"))
    return "an argument that is a stream says its axes: `stream […]`, or `stream [depth, …]` of a history";
  if (at->kind == Tok::Assign && at > state.first && at[-1].kind == Tok::Ident && at[-1].firstOnLine) {
    std::string name(at[-1].text);
    return "`" + name + " <- …` writes to a stream, `let " + name + " = …` names a value";
  }
  if (begin->kind == Tok::Param && isWanted(state, "`=`"))
    return "a parameter has an initial value: `= zeros`, `= normal(0.02)`";
  if (at->kind == Tok::Number && isWanted(state, "an axis"))
    return "an axis has a name: `[name: " + std::string(at->text) + "]`";
  return "";
}

void reportAt(State &state, const Token *begin) {
  const Token *at = state.furthest;
  SourceRange range{state.file, at->begin, at->end};
  if (at->kind == Tok::Later) {
    state.diagnostics.report(Diag::ReservedWord, range, {std::string(at->text)});
    return;
  }
  // What is missing at the end of a line is missing there, not on the next one.
  std::string found = at->kind == Tok::End ? "the end of the file" : "`" + std::string(at->text) + "`";
  if (at->firstOnLine && at > begin)
    range.begin = range.end = at[-1].end;
  std::string wanted;
  for (size_t i = 0; i < state.wanted.size(); ++i)
    wanted += (i == 0 ? "" : i + 1 == state.wanted.size() ? " or " : ", ") + state.wanted[i];
  Diagnostic &d = state.diagnostics.report(Diag::SyntaxError, range, {wanted, found});
  d.hint = meant(state, begin, at);
  if (at->kind != Tok::End)
    return;
  // Of all braces that are open at the end, the innermost one whose `}` is missing is as good a guess as any.
  const Token *open = at;
  for (int depth = 0; open > state.first && depth >= 0;) {
    --open;
    depth += (open->kind == Tok::RBrace) - (open->kind == Tok::LBrace);
  }
  if (open->kind == Tok::LBrace)
    d.notes.push_back({{state.file, open->begin, open->end}, "this one is not closed"});
}

static bool startsDecl(const Token &t) { return t.kind >= Tok::Import && t.kind <= Tok::Model; }
static bool startsStatement(const Token &t) {
  if (t.kind == Tok::If)
    return t.firstOnLine;
  return (t.kind >= Tok::Let && t.kind <= Tok::Use && t.kind != Tok::Else) || t.kind == Tok::Axis;
}
bool StartsNextDecl::operator()(const Token &t) const { return t.firstOnLine && startsDecl(t) && t.kind != Tok::Axis; }

void skipStatement(Cursor &first, const Cursor &last) {
  int open = 0;
  const Token *begin = first.at;
  for (const Token *t = begin; t < first.state->furthest; ++t)
    open += (t->kind == Tok::LBrace) - (t->kind == Tok::RBrace);
  open = std::max(open, 0);
  const Token *t = std::max(begin, first.state->furthest);
  // A word that was meant as a name begins nothing, unless it is one that hardly can have been.
  if (t > begin && t != last.at && wordAsName(*first.state, begin, t) == t && t->kind != Tok::Return &&
      t->kind != Tok::Let)
    ++t;
  for (; t != last.at; ++t) {
    if (t->kind == Tok::LBrace)
      ++open;
    else if (t->kind == Tok::RBrace && open-- == 0)
      break;
    else if (StartsNextDecl()(*t))
      break;
    else if (t != begin && open == 0 && (startsStatement(*t) || (t->firstOnLine && IsSiteStart()(*t))))
      break;
  }
  first.at = t;
}

void skipDecl(Cursor &first, const Cursor &last) {
  int open = 0;
  const Token *begin = first.at, *t = begin;
  for (; t < last.at; ++t) {
    bool passed = t > begin && t >= first.state->furthest;
    if (passed && StartsNextDecl()(*t))
      break;
    if (t->kind == Tok::LBrace)
      ++open;
    else if (t->kind == Tok::RBrace && --open <= 0 && passed) {
      ++t;
      break;
    }
  }
  first.at = t;
}

} // namespace braid::syntax
