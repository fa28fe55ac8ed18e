//===- CheckpointState.cpp - state.json -----------------------------------===//
//
// One flat JSON object. Values that are JSON numbers are written as they are, all
// others as strings; reading gives the text of either.
//
//===----------------------------------------------------------------------===//

#include "braid/Data/Checkpoint.h"
#include "lib/IO/SafeTensorsHeader.h"
#include <cctype>

using namespace braid::rt;

/// The length of the JSON number at the start of `text`; 0 when there is none.
static size_t numberLength(std::string_view text) {
  size_t at = 0;
  auto digits = [&] {
    size_t begin = at;
    while (at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])))
      ++at;
    return at > begin;
  };
  if (at < text.size() && text[at] == '-')
    ++at;
  if (!digits())
    return 0;
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (!digits())
      return 0;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-'))
      ++at;
    if (!digits())
      return 0;
  }
  return at;
}

std::string braid::rt::writeState(const CheckpointState &state) {
  std::string text = "{";
  for (auto &[name, value] : state) {
    bool number = !value.empty() && numberLength(value) == value.size();
    text += (text.size() > 1 ? ",\n  " : "\n  ") + quoted(name) + ": " + (number ? value : quoted(value));
  }
  return text + "\n}\n";
}

namespace {

class Reader {
public:
  explicit Reader(std::string_view text) : text(text) {}

  Result<CheckpointState> object() {
    CheckpointState state;
    if (!take('{'))
      return failure("`{`");
    if (!take('}')) {
      do {
        std::string name, value;
        if (!string(name))
          return failure("a name in quotes");
        if (!take(':'))
          return failure("`:`");
        if (!string(value) && !number(value))
          return failure("a number or a string");
        if (!state.emplace(name, value).second)
          return Status::failure("the name " + shown(name) + " stands twice");
      } while (take(','));
      if (!take('}'))
        return failure("`,` or `}`");
    }
    space();
    if (at != text.size())
      return failure("the end");
    return state;
  }

private:
  Status failure(const std::string &what) {
    return Status::failure("expected " + what + " at byte " + std::to_string(at));
  }
  void space() {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\n' || text[at] == '\t' || text[at] == '\r'))
      ++at;
  }
  bool take(char c) {
    space();
    if (at >= text.size() || text[at] != c)
      return false;
    ++at;
    return true;
  }
  bool number(std::string &out) {
    space();
    size_t length = numberLength(text.substr(at));
    out = text.substr(at, length);
    at += length;
    return length > 0;
  }
  /// Escapes of one byte only (\u00XX among them), which is what is written.
  bool string(std::string &out) {
    size_t begin = at;
    if (take('"')) {
      while (at < text.size() && text[at] != '"') {
        char c = text[at++];
        if (c == '\\' && !escape(c))
          break;
        out += c;
      }
      if (at < text.size() && text[at] == '"') {
        ++at;
        return true;
      }
    }
    at = begin;
    return false;
  }
  bool escape(char &c) {
    if (at >= text.size())
      return false;
    static constexpr std::string_view from = "\"\\/bfnrt", to = "\"\\/\b\f\n\r\t";
    char name = text[at++];
    if (size_t index = from.find(name); index != from.npos) {
      c = to[index];
      return true;
    }
    if (name != 'u' || at + 4 > text.size())
      return false;
    unsigned code = 0;
    for (int i = 0; i < 4; ++i) {
      char digit = text[at++];
      if (!std::isxdigit(static_cast<unsigned char>(digit)))
        return false;
      code =
          code * 16 + unsigned(std::isdigit(static_cast<unsigned char>(digit)) ? digit - '0' : (digit | 32) - 'a' + 10);
    }
    c = char(code);
    return code < 0x80;
  }

  std::string_view text;
  size_t at = 0;
};

} // namespace

Result<CheckpointState> braid::rt::parseState(std::string_view text) { return Reader(text).object(); }
