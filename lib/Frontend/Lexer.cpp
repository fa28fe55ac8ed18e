//===- Lexer.cpp - the words of a program ---------------------------------===//
//
// Newlines are white space; a token only remembers whether it is the first of
// its line, for the one rule that needs it (a `(` or `[` that continues an
// expression stands on the line where the expression ended) and for recovery
// from errors.
//
//===----------------------------------------------------------------------===//
#include "Lexer.h"
#include <algorithm>

namespace braid::syntax {

namespace {

struct Word {
  std::string_view text;
  Tok kind;
};

constexpr Word keywords[] = {
    {"import", Tok::Import}, {"config", Tok::Config},   {"axis", Tok::Axis},
    {"fn", Tok::Fn},         {"layer", Tok::Layer},     {"connection", Tok::Connection},
    {"model", Tok::Model},   {"let", Tok::Let},         {"param", Tok::Param},
    {"stream", Tok::Stream}, {"for", Tok::For},         {"if", Tok::If},
    {"else", Tok::Else},     {"return", Tok::Return},   {"read", Tok::Read},
    {"write", Tok::Write},   {"observe", Tok::Observe}, {"aux_loss", Tok::AuxLoss},
    {"use", Tok::Use},       {"with", Tok::With},       {"by", Tok::By},
    {"over", Tok::Over},     {"fold", Tok::Fold},       {"each", Tok::Each},
    {"carry", Tok::Carry},   {"repeat", Tok::Later},    {"until", Tok::Later},
};

// Longer signs before their beginnings.
constexpr Word signs[] = {
    {"..", Tok::DotDot}, {"<-", Tok::LArrow},    {"->", Tok::RArrow},  {"==", Tok::EqEq},   {"!=", Tok::NotEq},
    {"<=", Tok::LessEq}, {">=", Tok::GreaterEq}, {"&&", Tok::AndAnd},  {"||", Tok::OrOr},   {"(", Tok::LParen},
    {")", Tok::RParen},  {"[", Tok::LBracket},   {"]", Tok::RBracket}, {"{", Tok::LBrace},  {"}", Tok::RBrace},
    {",", Tok::Comma},   {":", Tok::Colon},      {".", Tok::Dot},      {"=", Tok::Assign},  {"|", Tok::Bar},
    {"+", Tok::Plus},    {"-", Tok::Minus},      {"*", Tok::Star},     {"/", Tok::Slash},   {"%", Tok::Percent},
    {"^", Tok::Caret},   {"!", Tok::Not},        {"<", Tok::Less},     {">", Tok::Greater},
};

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

/// The end of the number that begins at `i`: digits, a fraction that has digits
/// (so that `0..n` is a range), an exponent.
size_t numberEnd(std::string_view text, size_t i) {
  auto at = [&](size_t k) { return k < text.size() ? text[k] : '\0'; };
  while (isDigit(at(i)))
    ++i;
  if (at(i) == '.' && isDigit(at(i + 1)))
    for (++i; isDigit(at(i));)
      ++i;
  if (at(i) == 'e' || at(i) == 'E') {
    size_t digits = i + 1 + (at(i + 1) == '+' || at(i + 1) == '-');
    if (isDigit(at(digits)))
      for (i = digits; isDigit(at(i));)
        ++i;
  }
  return i;
}

/// What the language has for a sign of other languages.
std::string instead(char c) {
  switch (c) {
  case '#': return "a comment begins with `//`";
  case '@': return "`dot[axis](a, b)` contracts an axis";
  case ';': return "statements need no separator";
  case '\'': return "a string is written with `\"`";
  case '&': return "`&&` is the logical and";
  default: return "";
  }
}

} // namespace

Tokens tokenize(const SourceManager &sources, uint32_t file, DiagnosticEngine &diagnostics) {
  Tokens result;
  std::string_view text = sources.text(file);
  bool newLine = true;
  auto emit = [&](Tok kind, size_t begin, size_t end) {
    result.tokens.push_back({kind, newLine, uint32_t(begin), uint32_t(end), text.substr(begin, end - begin)});
    newLine = false;
  };
  for (size_t i = 0; i < text.size();) {
    char c = text[i];
    size_t end = i + 1;
    if (c == '\n' || c == ' ' || c == '\t' || c == '\r') {
      newLine |= c == '\n';
    } else if (text.substr(i, 2) == "//") {
      end = std::min(text.find('\n', i), text.size());
      std::string comment(text.substr(i, end - i));
      while (!comment.empty() && (comment.back() == ' ' || comment.back() == '\t' || comment.back() == '\r'))
        comment.pop_back();
      result.comments.push_back({{file, uint32_t(i), uint32_t(i + comment.size())}, comment});
    } else if (isLetter(c)) {
      while (end < text.size() && (isLetter(text[end]) || isDigit(text[end])))
        ++end;
      Tok kind = Tok::Ident;
      for (const Word &word : keywords)
        if (word.text == text.substr(i, end - i))
          kind = word.kind;
      emit(kind, i, end);
    } else if (isDigit(c)) {
      end = numberEnd(text, i);
      emit(Tok::Number, i, end);
    } else if (c == '"') {
      while (end < text.size() && text[end] != '"' && text[end] != '\n')
        ++end;
      if (end == text.size() || text[end] == '\n')
        diagnostics.report(Diag::OpenString, {file, uint32_t(i), uint32_t(end)});
      else
        ++end;
      emit(Tok::String, i, end);
    } else {
      const Word *sign = nullptr;
      for (const Word &word : signs)
        if (!sign && text.substr(i, word.text.size()) == word.text)
          sign = &word;
      if (sign) {
        end = i + sign->text.size();
        emit(sign->kind, i, end);
      } else {
        while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
          ++end;
        diagnostics
            .report(Diag::UnknownCharacter, {file, uint32_t(i), uint32_t(end)}, {std::string(text.substr(i, end - i))})
            .hint = instead(c);
        // What follows is meant as a comment, too.
        if (c == '#')
          end = std::min(text.find('\n', i), text.size());
      }
    }
    i = end;
  }
  newLine = true;
  emit(Tok::End, text.size(), text.size());
  return result;
}

std::string_view spelling(Tok kind) {
  static constexpr std::string_view others[] = {"the end of the file", "a name", "a number", "a string"};
  if (kind <= Tok::String)
    return others[size_t(kind)];
  for (const Word &word : keywords)
    if (word.kind == kind)
      return word.text;
  for (const Word &word : signs)
    if (word.kind == kind)
      return word.text;
  return "";
}

} // namespace braid::syntax
